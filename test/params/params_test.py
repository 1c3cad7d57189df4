#!/usr/bin/env python3
"""Draws machines and shows that everything takes them: check, generated SystemVerilog, lint, assembler, disassembler, simulator,
and co-simulation of the RTL.

  params_test.py --build DIR --work DIR [--first SEED] [--specs N] [--lint N] [--models N] [--programs N] [--arch ARCH] [--spec FILE]

With --spec that machine is tested, linted and co-simulated instead of drawn ones. Of the N specs the first --models are small machines, Verilated and co-simulated with --programs random programs each; --lint of
them all are linted. A spec that fails is named with its seed and stays in --work. Exit status 0 if none does.
"""
import argparse
import pathlib
import subprocess
import sys

import draw_spec

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Failure(Exception):
    pass


def run(*command, seconds=1200):
    """Runs a command; its standard output. Throws Failure with what it said if it fails."""
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]}: no end after {seconds} s")
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def drawn(options, seed, small):
    """Path of the spec drawn with this seed, and what it is like."""
    path = options.work / f"drawn{seed}.yaml"
    spec = draw_spec.draw(draw_spec.load(ROOT / "isa/machines/edge16.yaml"), seed, small)
    draw_spec.write(spec, path)
    return path, describe(spec)


class Machine:
    def __init__(self, options, spec, name):
        self.options, self.spec, self.name = options, spec, name
        self.build = options.build
        self.npuisa = self.build / "bin/npuisa"

    def test(self, lint, model):
        run(self.npuisa, "check", self.spec)
        run(self.npuisa, "generate", self.spec, "--sv", self.options.work / f"{self.name}.sv")
        line = run(self.build / "testbin/params_suite", self.spec).strip()
        if lint:
            run(ROOT / "rtl/lint.sh", self.npuisa, self.spec)
            line += ", lint clean"
        if model:
            line += ", " + self.co_simulate()
        return line

    def co_simulate(self):
        arch = ["--arch", self.options.arch] if self.options.arch else []
        run(ROOT / "rtl/build_model.sh", self.spec, self.options.work, "--npuisa", self.npuisa, "--quick", *arch)
        model = self.options.work / f"librtl_{self.name}.so"
        report = run(self.build / "testbin/cosim_suite", "--machine", self.spec, "--model", model, "--random", self.options.programs)
        return "RTL: " + report.strip().splitlines()[-1].split(": ")[1]


def describe(drawn):
    m = drawn["machine"]
    return (f"array {m['array']['rows']}x{m['array']['cols']} of {' '.join(m['array']['types'])} in {m['array']['stages']}, banks {m['scratchpad']['banks']}+{m['accumulator']['banks']}, "
            f"lanes {m['vector']['lanes']}, "
            f"beat {m['dram']['beat_bytes']}, word {drawn['formats']['scalar']['bits']}")


def test_drawn(options):
    """Seeds of the specs that failed."""
    failed = []
    for i in range(options.specs):
        seed = options.first + i
        try:
            spec, what = drawn(options, seed, i < options.models)
            print(Machine(options, spec, spec.stem).test(i < options.lint, i < options.models), f"({what})", flush=True)
        except Failure as failure:
            failed.append(seed)
            print(f"drawn{seed}: {failure}", flush=True)
    print(f"{options.specs} specs, {min(options.models, options.specs)} co-simulated, failed: {failed or 'none'}")
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--arch", default="")
    parser.add_argument("--spec", type=pathlib.Path)
    for name, default in (("first", 1), ("specs", 20), ("lint", 2), ("models", 2), ("programs", 40)):
        parser.add_argument("--" + name, type=int, default=default)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if not options.spec:
        return 1 if test_drawn(options) else 0
    try:
        print(Machine(options, options.spec, options.spec.stem).test(True, True))
        return 0
    except Failure as failure:
        print(f"{options.spec}: {failure}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
