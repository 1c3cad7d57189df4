#!/usr/bin/env python3
"""Measures the speed of the compiler, the simulator and the RTL, and holds it against the goals.

  bench.py BUILD_DIR [--runs N]

Prints a Markdown table and writes BUILD_DIR/bench/bench.json. A missed goal is shown and is no error; a program that
fails, or a model and an RTL that differ, is one (exit status 1).
"""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
GLYPHS = HERE.parent.parent / "examples" / "glyphs"
MILLION = 1e6


class Failed(Exception):
    """A program did not do its work."""


@dataclasses.dataclass
class Row:
    what: str
    unit: str
    values: list
    goal: float | None = None
    less_is_better: bool = False
    is_ratio: bool = False  # of two speeds: no value is better than another

    @property
    def median(self):
        return float(np.median(self.values))

    @property
    def best(self):
        if self.is_ratio:
            return None
        return float(min(self.values) if self.less_is_better else max(self.values))

    def reaches(self, value):
        return value < self.goal if self.less_is_better else value >= self.goal

    @property
    def met(self):
        """Judged by the median. Where only the best run reaches the goal, the machine was busy or the goal is near."""
        if self.goal is None:
            return ""
        return "yes" if self.reaches(self.median) else "no, but the best run" if self.reaches(self.best) else "no"

    def in_json(self):
        return {"what": self.what, "unit": self.unit, "median": self.median, "best": self.best, "values": self.values,
                "goal": self.goal, "met": self.met or None}


class Bench:
    def __init__(self, build, runs):
        self.bin, self.testbin, self.out, self.runs = build / "bin", build / "testbin", build / "bench", runs
        self.out.mkdir(parents=True, exist_ok=True)
        self.rows = []

    def call(self, program, *arguments):
        """Runs one of the programs; seconds from its start to its end."""
        command = [self.bin / program, *arguments]
        start = time.perf_counter()
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise Failed(f"cannot run {command[0]}: {error.strerror}") from error
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise Failed(f"{program} ended with status {done.returncode}: {lines[-1] if lines else 'no message'}")
        return seconds

    def results(self, program, *arguments):
        """Runs one of the programs; what it wrote with --json."""
        file = self.out / f"{program}.json"
        self.call(program, *arguments, "--json", file)
        return json.loads(file.read_text())

    def add(self, *arguments, **options):
        self.rows.append(Row(*arguments, **options))

    def compile(self):
        program = self.out / "glyphs.bin"
        seconds = [self.call("npuc", GLYPHS / "glyphs.onnx", "--machine", "edge16", "-o", program) for _ in range(self.runs)]
        self.add("npuc, glyphs", "s", seconds, goal=0.5, less_is_better=True)
        return program

    def simulate(self, name, program, inputs, repeat, goals):
        """One value a process: the median of the `repeat` runs in it, without the time to load program and inputs."""
        for what, options, goal in (("npusim", [], goals[0]), ("npusim --timing-only", ["--timing-only"], goals[1])):
            speeds = []
            for _ in range(self.runs):
                result = self.results("npusim", program, *inputs, *options, "--repeat", str(repeat), "--quiet")
                speeds.append(result["cycles"] / float(np.median(result["run_seconds"])) / MILLION)
            self.add(f"{what}, {name} ({result['cycles']:,} cycles)", "million cycles/s", speeds, goal=goal)

    def cosimulate(self, name, program, inputs, goal):
        """RTL and simulator in the same process, one run each."""
        rtl, ratio = [], []
        for _ in range(self.runs):
            speed = self.results("npucosim", program, *inputs)["cycles_per_second"]
            rtl.append(speed["rtl"] / MILLION)
            ratio.append(speed["model"] / speed["rtl"])
        self.add(f"Verilated RTL, {name}", "million cycles/s", rtl, goal=goal)
        self.add(f"npucosim: simulator / RTL, {name}", "times", ratio, is_ratio=True)

    def kernels(self):
        """The spec's expressions over blocks of 1,024 elements, on one core."""
        speeds = {}
        for _ in range(self.runs):
            done = subprocess.run([self.testbin / "kernel_bench"], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failed(f"kernel_bench ended with status {done.returncode}")
            for what, million in json.loads(done.stdout).items():
                speeds.setdefault(what, []).append(million / 1000)
        for what, values in speeds.items():
            self.add(f"kernel, {what}", "billion elements/s", values, goal=1 if what.startswith("a + b, ") and what.endswith("32") else None)

    def run(self):
        self.kernels()
        glyphs = self.compile()
        image = ["--input", f"image={GLYPHS / 'test' / 'image0.npy'}"]
        self.simulate("glyphs", glyphs, image, 100, (10, 40))
        self.cosimulate("glyphs", glyphs, image, 0.5)
        stream = self.out / "stream.bin"
        self.call("npuas", HERE / "stream.s", "-o", stream)
        self.simulate("stream", stream, [], 3, (None, None))
        self.cosimulate("stream", stream, [], None)


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def machine():
    load = os.getloadavg()[0]
    return {"cpu": processor(), "cpus": os.cpu_count(), "load_average": round(load, 2), "busy": load > os.cpu_count()}


def table(rows, runs, where):
    lines = ["| what | unit | median | best | goal | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        goal = "" if row.goal is None else f"{'<' if row.less_is_better else '>='} {row.goal:g}"
        best = "" if row.best is None else f"{row.best:.3g}"
        lines.append(f"| {row.what} | {row.unit} | {row.median:.3g} | {best} | {goal} | {row.met} |")
    lines.append(f"\nOf {runs} runs each, on {where['cpus']} CPUs ({where['cpu']}), load average {where['load_average']} at the start.")
    if where["busy"]:
        lines.append("More ran on this machine than it has processors: on an idle one the medians come near the best.")
    return "\n".join(lines)


def at_least_one(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least one run is needed")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Measures the speed of the compiler, the simulator and the RTL.")
    parser.add_argument("build", type=pathlib.Path, help="the build directory, with bin/")
    parser.add_argument("--runs", type=at_least_one, default=7, help="runs of each measurement (%(default)s)")
    arguments = parser.parse_args()
    where = machine()
    bench = Bench(arguments.build, arguments.runs)
    try:
        bench.run()
    except Failed as failure:
        sys.exit(f"bench: {failure}")
    print(table(bench.rows, arguments.runs, where))
    file = bench.out / "bench.json"
    partial = file.with_suffix(".json.partial")
    partial.write_text(json.dumps({"machine": where, "runs": arguments.runs, "rows": [row.in_json() for row in bench.rows]}, indent=2) + "\n")
    partial.replace(file)


if __name__ == "__main__":
    main()
