#!/usr/bin/env python3
"""One table of what ctest has run, read off the tests' own outputs.

  verify_table.py RESULTS.xml...      JUnit files, as `ctest --output-junit` writes them

What was compared, how many cases, how many differences, how many tests and for how long. Each test is in one row, the first whose
pattern its name matches. Exit status 1 if a test failed or did not run.
"""
import argparse
import collections
import dataclasses
import re
import sys
import xml.etree.ElementTree as ElementTree


def total(pattern, outputs):
    """The sums of the pattern's groups over all its matches; ValueError if there are none."""
    found = [[int(n) for n in match.groups()] for match in re.finditer(pattern, "\n".join(outputs), re.M)]
    if not found:
        raise ValueError(pattern)
    return [sum(column) for column in zip(*found)]


# Readers: (the outputs of a row's tests) -> (cases, differences), or None where no output tells.

def programs(outputs):
    count, instructions, cycles, differences = total(
        r"(\d+) programs, (\d+) instructions, (\d+) cycles, (\d+) differences", outputs)
    return f"{count:,} programs, {instructions:,} instructions, {cycles:,} cycles", differences


def elements(outputs):
    cases, differences = total(r"(\d+) elements compared, (\d+) differences", outputs)
    return f"{cases:,} elements", differences


def texts(outputs):
    return f"{total(r'Passed *: +([0-9]+)', outputs)[0]:,} files", None


def floats(outputs):
    rows = re.findall(r"^(\w+_\w+)\s+(\d+)\s+(\d+)\s+[\d.]+$", "\n".join(outputs), re.M)
    operations = {name for name, _, _ in rows}
    return (f"{sum(int(cases) for _, cases, _ in rows):,} of {len(operations)} operations",
            sum(int(differences) for _, _, differences in rows))


def conformance(outputs):
    passed, failed = total(r": (\d+) of \d+ passed .*, (\d+) failed, \d+ out of scope", outputs)
    return f"{passed + failed:,} networks", failed


def formal(outputs):
    text = "\n".join(outputs)
    held, refuted = len(re.findall(r"holds for \d+ cycles", text)), len(re.findall("Assert failed", text))
    return f"{held} hold, {refuted} mutations refuted", None


def synthesis(outputs):
    modules = re.findall(r"^\| (npu_\w+) \|", "\n".join(outputs), re.M) + re.findall(r"(\w+ npu_\w+): \d+ cells", "\n".join(outputs))
    return f"{len(modules)} modules", None


def coverage(outputs):
    lines = re.findall(r"^all\s+(\d+) /\s+(\d+)\s+([\d.]+) %\s+(\d+) /\s+(\d+)\s+([\d.]+) %", "\n".join(outputs), re.M)
    return "; ".join(f"{line[2]} % of {line[1]} lines, {line[5]} % of {line[4]} bits" for line in lines), None


def fuzz(outputs):
    return f"{total(r'^(?:[0-9]+ seeds,|Done) ([0-9]+) (?:mutations|runs)', outputs)[0]:,} inputs", None


ROWS = [
    ("planted faults that co-simulation finds", r"cosim\.fault\d+", lambda outputs: (f"{len(outputs)} faults", None)),
    ("coverage of the RTL by co-simulation", r"cosim\.coverage", coverage),
    ("co-simulation under stress: values before the reset, resets, memories", r"cosim\.stress.*", programs),
    ("co-simulation: model against RTL", r"cosim\..*", programs),
    ("model and RTL as modules of a platform", r"platform\..*", None),
    ("machines drawn at random", r"params\..*|timing\..*", None),
    ("floating point, RTL against the host", r"fp\.host.*", floats),
    ("floating point: planted faults, netlists, synthesis, lint", r"fp\..*", None),
    ("vector ALU, RTL and netlist against the kernels", r"rtl_alu\..*", elements),
    ("formal checks", r"rtl_formal\..*", formal),
    ("synthesis", r"rtl_synth\..*", synthesis),
    ("lint and export of the RTL", r"rtl_(lint|export)\..*", None),
    ("ONNX's cases of operators, against their outputs", r"conformance\..*", conformance),
    ("random and quantised networks, control flow, against onnxruntime", r"(random_models|quantised_models|control_flow)\..*", conformance),
    ("fuzzing: inputs that must not crash a program", r"fuzz\..*", fuzz),
    ("text in, text out (lit)", r"lit\..*", texts),
    ("units, by hand-worked values", r".*", None),
]


@dataclasses.dataclass
class Row:
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)
    seconds: float = 0
    outputs: list = dataclasses.field(default_factory=list)


def gather(files):
    rows = collections.defaultdict(Row)
    for file in files:
        for case in ElementTree.parse(file).iter("testcase"):
            title = next(title for title, pattern, _ in ROWS if re.fullmatch(pattern, case.get("name")))
            row = rows[title]
            row.seconds += float(case.get("time") or 0)
            row.outputs.append(case.findtext("system-out") or "")
            if case.get("status") == "run":
                row.passed += 1
            else:
                row.failed.append(case.get("name"))
    return rows


def cells(row, read):
    try:
        cases, differences = read(row.outputs) if read else ("", None)
    except ValueError:  # no output of that form
        cases, differences = "not told", None
    return cases, "" if differences is None else f"{differences:,}"


def main():
    parser = argparse.ArgumentParser(description="Prints what ctest has run as one table.")
    parser.add_argument("results", nargs="+", metavar="RESULTS.xml")
    try:
        rows = gather(parser.parse_args().results)
    except (OSError, ElementTree.ParseError) as error:
        sys.exit(f"verify_table: {error}")
    print("| what | cases | differences | tests | failed | minutes |\n|---|---|---|---|---|---|")
    for title, _, read in ROWS:
        if title in rows:
            row = rows[title]
            cases, differences = cells(row, read)
            print(f"| {title} | {cases} | {differences} | {row.passed + len(row.failed)} | {len(row.failed)} | {row.seconds / 60:.1f} |")
    failed = [name for row in rows.values() for name in row.failed]
    for name in failed:
        print(f"failed: {name}")
    if not rows:
        sys.exit("verify_table: no tests in these files")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
