#!/usr/bin/env python3
"""Compiles and simulates int8 networks, holds the cycles against those that schedules need at least that compute
every element, and checks the outputs against onnxruntime's.

  bench.py BUILD_DIR [--network NAME ...] [--machine NAME ...] [--ablate] [--cosim] [--into FOLDER]

Prints a Markdown table and writes FOLDER/networks.md and networks.json (default: BUILD_DIR/bench). A network that is
refused or whose outputs differ has a reason in place of numbers; if they differ, or a program fails, the exit status is 1.
--cosim also runs each program on the Verilated RTL of the machines that have one, from the first to the last cycle: any difference
is a failure.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np

import make
import reference
import table
from publish import publish

MACHINES = ["edge16", "npu16", "wide64"]


class Failed(Exception):
    """A program did not do its work, or gave wrong numbers."""


class Refused(Exception):
    """The network needs what the compiler does not do on this machine."""


@dataclasses.dataclass
class Run:
    seconds: float  # of processor time, so that other work on the machine does not count
    megabytes: float  # largest resident set


def reason(lines):
    """Of npuc's message: the first node that it refuses, without the file's name."""
    first, nodes = lines[0 if len(lines) == 1 else 1].strip(), len(lines) - 1
    return re.sub(r"^npuc: \S+: ", "", first) + (f" ({nodes} such nodes)" if nodes > 1 else "")


def call(command):
    """Runs a program to its end, with its time and memory."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        lines = errors.strip().splitlines() or [f"{command[0].name} ended with status {process.returncode}"]
        if command[0].name == "npuc" and process.returncode == 1:
            raise Refused(reason(lines))
        raise Failed(lines[0])
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def distance(pairs):
    """Of arrays in steps: the largest difference, the share that is equal, the share that is more than one step off."""
    steps = np.concatenate([np.rint(np.abs(a - b) / step).ravel() for a, b, step in pairs])
    return int(steps.max()), float((steps == 0).mean()), float((steps > 1).mean())


def differences(manifest, folder):
    """Largest difference of any output to onnxruntime's, in steps, and the share of elements that are equal.

    Roundings of f32 and of integers differ at ties, rarely, and a deep network with random weights spreads that. How far is
    seen from onnxruntime itself, before and after its own optimisations, and where one element of the inputs in a hundred
    thousand is a step off: no more than one step and one percent beyond the farther of the two is right."""
    load = {kind: {n: np.load(o[kind]) for n, o in manifest["outputs"].items()} for kind in ("file", "rewritten", "nudged")}
    steps = {name: output["step"] for name, output in manifest["outputs"].items()}
    got = {name: np.load(folder / ("".join(c if c.isalnum() or c in "._-" else "_" for c in name) + ".npy")) for name in steps}
    spread = [distance([(load["file"][n], load[kind][n], steps[n]) for n in steps]) for kind in ("rewritten", "nudged")]
    most, share = max(s[0] for s in spread), max(s[2] for s in spread)
    largest, equal, above = min((distance([(got[n], load[kind][n], steps[n]) for n in steps]) for kind in ("file", "rewritten")),
                                key=lambda d: d[2])
    if largest > most + 1 or above > share + 0.01:
        raise Failed(f"wrong numbers: {above:.2%} of the outputs are more than one step off, the worst {largest} steps; "
                     f"onnxruntime's own, in two ways and with inputs a step off: {share:.2%}, {most}")
    return largest, equal


class Bench:
    def __init__(self, build, work, cosim=False):
        self.bin, self.lib, self.work, self.cosim = build / "bin", build / "lib", work, cosim
        work.mkdir(parents=True, exist_ok=True)

    def manifest(self, network):
        file = self.work / f"{network}.json"
        if not file.is_file() or file.stat().st_mtime < make.changed():  # by a process of its own: the kernel counts this one's memory to the programs that it starts
            call([pathlib.Path(sys.executable), make.__file__, network, self.work])
        return json.loads(file.read_text())

    def row(self, network, machine):
        row = {"network": network, "machine": machine}
        try:
            return row | self.measure(self.manifest(network), f"{network}.{machine}", machine)
        except Failed as failure:
            return row | {"failed": str(failure)}
        except Refused as reason:
            return row | {"refused": str(reason)}

    def measure(self, manifest, stem, machine):
        program, outputs = self.work / f"{stem}.bin", self.work / f"{stem}.out"
        compiled_json, simulated_json = self.work / f"{stem}.npuc.json", self.work / f"{stem}.npusim.json"
        compiled = call([self.bin / "npuc", manifest["model"], "--machine", machine, "-o", program, "--json", compiled_json])
        inputs = [a for name, file in manifest["inputs"].items() for a in ("--input", f"{name}={file}")]
        simulate = [self.bin / "npusim", program, "--machine", machine, "--quiet", *inputs]
        simulated = call([*simulate, "--output-dir", outputs, "--json", simulated_json])
        report = json.loads(simulated_json.read_text())
        largest, equal = differences(manifest, outputs)
        timing = call([*simulate, "--timing-only"])
        report_of_npuc = json.loads(compiled_json.read_text())
        least_dram = report_of_npuc["least_cycles"]["dram"]
        return self.numbers(report_of_npuc, report) | self.cosimulated(program, machine, inputs) | {
            "least_dram_bytes": least_dram * self.bytes_a_cycle(machine), "unfused_dram_bytes": self.unfused(manifest, machine),
            "compile_seconds": compiled.seconds, "simulate_seconds": simulated.seconds, "timing_only_seconds": timing.seconds, "compile_megabytes": compiled.megabytes,
            "simulate_megabytes": simulated.megabytes, "largest_difference": largest, "equal_share": equal}

    def cosimulated(self, program, machine, inputs):
        """Seconds of the RTL's run, where one is asked for and the machine's RTL has been built."""
        if not self.cosim or not (self.lib / f"librtl_{machine}.so").exists():
            return {}
        file = program.with_suffix(".cosim.json")
        call([self.bin / "npucosim", program, "--machine", machine, *inputs, "--json", file])
        seen = json.loads(file.read_text())
        if seen["differing_cycles"] or seen["differing_bytes"]:
            raise Failed(f"RTL and model differ in {seen['differing_cycles']} cycles and {seen['differing_bytes']} bytes")
        return {"cosim_seconds": seen["cycles"]["rtl"] / seen["cycles_per_second"]["rtl"]}

    def unfused(self, manifest, machine):
        """Bytes moved with all that joins layers turned off."""
        program, file = self.work / "unfused.bin", self.work / "unfused.json"
        off = ",".join(name for name in self.optimisations() if name.startswith("fuse-"))
        call([self.bin / "npuc", manifest["model"], "--machine", machine, "-o", program, "--disable", off])
        call([self.bin / "npusim", program, "--machine", machine, "--quiet", "--zero-inputs", "--timing-only", "--json", file])
        dram = json.loads(file.read_text())["dram"]
        return dram["read"] + dram["written"]

    def without(self, network, machine):
        """Cycles with each optimisation turned off, of those that make a difference."""
        manifest, program, file = self.manifest(network), self.work / "without.bin", self.work / "without.json"
        inputs = [a for name, values in manifest["inputs"].items() for a in ("--input", f"{name}={values}")]

        def cycles(*options):
            call([self.bin / "npuc", manifest["model"], "--machine", machine, "-o", program, *options])
            call([self.bin / "npusim", program, "--machine", machine, "--quiet", "--timing-only", *inputs, "--json", file])
            return json.loads(file.read_text())["cycles"]

        with_all = cycles()
        each = {name: cycles("--disable", name) for name in self.optimisations()}
        return {name: count for name, count in each.items() if count != with_all}

    def optimisations(self):
        done = subprocess.run([self.bin / "npuc", "--disable", "help"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed("npuc --disable help failed")
        return [line.split()[0] for line in done.stdout.splitlines() if line.strip()]

    def bytes_a_cycle(self, machine):
        done = subprocess.run([self.bin / "npuisa", "show", machine], capture_output=True, text=True, check=False)
        found = re.search(r"^ *dram .* (\d+) bytes a cycle", done.stdout, re.MULTILINE)
        if not found:
            raise Failed(f"npuisa show {machine} tells nothing of DRAM: {done.stderr.strip()}")
        return int(found[1])

    @staticmethod
    def numbers(compiled, report):
        return {"cycles": report["cycles"], "bound": report["bound"]["cycles"], "bound_by": report["bound"]["resource"],
                "ratio": report["bound"]["ratio"], "macs": report["macs"], "mac_utilisation": report["mac_utilisation"],
                "dram_read": report["dram"]["read"], "dram_written": report["dram"]["written"],
                "instructions": compiled["instructions"]}


def main():
    parser = argparse.ArgumentParser(description="Measures int8 networks.")
    parser.add_argument("build", type=pathlib.Path, help="the build directory, with bin/")
    parser.add_argument("--network", action="append", choices=sorted(make.NETWORKS), help="only these (default: all)")
    parser.add_argument("--machine", action="append", help=f"only these (default: {', '.join(MACHINES)})")
    parser.add_argument("--into", type=pathlib.Path, help="where the table goes (default: BUILD_DIR/bench)")
    parser.add_argument("--ablate", action="store_true", help="also with each optimisation off in turn")
    parser.add_argument("--cosim", action="store_true", help="also on the Verilated RTL, from the first to the last cycle")
    arguments = parser.parse_args()
    bench = Bench(arguments.build, arguments.build / "bench" / "networks", arguments.cosim)
    rows = []
    try:
        for network in arguments.network or make.NETWORKS:
            for machine in arguments.machine or MACHINES:
                rows.append(bench.row(network, machine))
                if arguments.ablate and "cycles" in rows[-1]:
                    rows[-1]["without"] = bench.without(network, machine)
                print(f"{network} on {machine}: {table.why_not(rows[-1]) or rows[-1]['cycles']}", file=sys.stderr, flush=True)
    except reference.Unavailable as error:
        sys.exit(f"bench: {error}")
    text = table.markdown(rows)
    print(text)
    publish(arguments.into or arguments.build / "bench", "networks", text, rows)
    sys.exit(any("failed" in row for row in rows))


if __name__ == "__main__":
    main()
