#!/usr/bin/env python3
"""Matrix products of M x K by K x N on the weight-stationary array, with and without overlap of its two units.

  gemm.py BUILD_DIR [--into FOLDER]

Without overlap, each tile of weights is loaded once the tile before has been multiplied. The published closed form of such an
array is ceil(K/R) * ceil(N/C) * (2R + C + M - 2) - 1 cycles (A. Samajdar et al., SCALE-Sim). Ours takes some more a tile, which
isa/TIMING.md sets out: both units tell each other by tokens, one cycle each to be seen and one to issue; the last row of weights
takes two cycles into the array; a sum leaves it `pipeline` stages behind its last row. These are PER_TILE + pipeline cycles, and
with them the form must hold to the cycle, else the exit status is 1. Prints a table and writes FOLDER/gemm.md and gemm.json
(default: BUILD_DIR/bench).
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

PER_TILE = 6
MACHINES = ["edge16", "wide64"]
SIZES = [(256, 256, 256), (1, 256, 256), (16, 64, 512), (49, 160, 960), (100, 1000, 77), (197, 768, 768), (512, 33, 65), (1000, 16, 16)]

# Both units work on tile after tile; the operands are zeros, since only time counts here.
PROGRAM = """
.machine {machine}
.text
  addi r1, r0, {tiles}
  addi r2, r0, {bank}
  gen g1.0, {rows}, {row}, keep=0
  gen g2.0, {m}, {row}, keep=0
  gen g3.0, {m}, 1, keep=0
.layer "product"
  ldw [0,g1] {tell_matrix}
  mm [g3], [r2,g2], fill=0, accumulate=0, next=1 {await_weights}
  loop r1, end
  ldw [0,g1] {await_matrix} {tell_matrix}
  mm [g3], [r2,g2], fill=0, accumulate=0, next=1 {await_weights}
end:
.layer "end"
  halt
"""
APART = {"tell_matrix": "post(matrix)", "await_matrix": "wait(matrix)", "await_weights": "wait(weights) post(weights)"}
OVERLAPPED = {name: "" for name in APART}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"gemm.py: {pathlib.Path(str(command[0])).name}: {done.stderr.strip()}")
    return done.stdout


def sizes_of(build, machine):
    """Of a machine, as npuisa shows them."""
    shown = run(build / "bin/npuisa", "show", machine)
    array = re.search(r"array +(\d+) rows x (\d+) columns, .*?(\d+) pipeline stages, (\d+) a row", shown)
    banks = re.search(r"scratchpad +.*? banks of (\d+) rows of (\d+) bytes", shown)
    if not array or not banks:
        sys.exit(f"gemm.py: npuisa show {machine} tells nothing of its array")
    rows, cols, pipeline, stages = map(int, array.groups())
    if stages != 1:
        sys.exit(f"gemm.py: the closed form is for one stage a row, {machine} has {stages}")
    return {"rows": rows, "cols": cols, "pipeline": pipeline, "row": int(banks[2]), "bank": int(banks[1]) * int(banks[2])}


def cycles(build, work, tokens, **values):
    """From the first load of weights to the last sum."""
    text, program, report = (work / f"gemm.{suffix}" for suffix in ("s", "bin", "run.json"))
    text.write_text(PROGRAM.format(**values, **tokens))
    run(build / "bin/npuas", text, "-o", program)
    run(build / "bin/npusim", program, "--machine", values["machine"], "--quiet", "--timing-only", "--json", report)
    layer = next(layer for layer in json.loads(report.read_text())["layers"] if layer["layer"] == "product")
    return layer["last_complete"] - layer["first_issue"]


def measure(build, work, machine, size):
    m, k, n = size
    has = sizes_of(build, machine)
    tiles = -(-k // has["rows"]) * -(-n // has["cols"])
    values = {"machine": machine, "m": m, "tiles": tiles - 1, "rows": has["rows"], "row": has["row"], "bank": has["bank"]}
    form = tiles * (2 * has["rows"] + has["cols"] + m - 2) - 1
    return {"machine": machine, "m": m, "k": k, "n": n, "tiles": tiles, "closed_form": form,
            "expected": form + tiles * (PER_TILE + has["pipeline"]), "least": tiles * max(m, has["rows"]),
            "apart": cycles(build, work, APART, **values), "overlapped": cycles(build, work, OVERLAPPED, **values)}


def line(row):
    return (f"| {row['m']} x {row['k']} x {row['n']} | {row['machine']} | {row['closed_form']:,} | {row['expected']:,} "
            f"| {row['apart']:,} | {row['overlapped']:,} | {row['least']:,} | {row['apart'] / row['overlapped']:.2f} |\n")


HEAD = """| M x K x N | machine | closed form | with our constants | measured | overlapped | least | gain |
|---|---|---|---|---|---|---|---|
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--into", type=pathlib.Path)
    options = parser.parse_args()
    work = options.build / "bench"
    into = options.into or work
    for folder in (work, into):
        folder.mkdir(parents=True, exist_ok=True)
    rows = [measure(options.build, work, machine, size) for machine in MACHINES for size in SIZES]
    table = HEAD + "".join(map(line, rows))
    print(table)
    (into / "gemm.md").write_text("# Matrix products, with and without overlap\n\nGenerated by `./dev bench gemm`; do not edit. What the columns "
                                  "are is said in [test/bench](../test/bench/README.md).\n\n" + table)
    (into / "gemm.json").write_text(json.dumps(rows, indent=2) + "\n")
    wrong = [row for row in rows if row["apart"] != row["expected"]]
    for row in wrong:
        print(f"gemm.py: {row['m']} x {row['k']} x {row['n']} on {row['machine']}: {row['apart']} cycles, the form says {row['expected']}",
              file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
