#!/usr/bin/env python3
"""Random shapes of each operator on random machines: right numbers, and how near to the bound.

  shapes.py BUILD_DIR [--count N] [--machines N] [--operator NAME ...] [--seed N] [--into FOLDER] [--interpreter]

Each operator is a quantised network of its own. Its outputs are compared with onnxruntime's: at most one step of the
quantised output apart (of bottlenecks and separable convolutions, whose layers round one after the other, two), where f32 and integers
round differently. With --interpreter, without onnxruntime, they must equal those of npueval. Prints a table and writes FOLDER/shapes.md and shapes.json (default: BUILD_DIR/bench). Exit status 1
when a number is wrong or a program fails; a shape that does not fit a machine is counted.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

import numpy as np
import onnx

import draw
import qdq
import reference
from publish import publish

HERE = pathlib.Path(__file__).resolve().parent
MOST_STEPS = {"bottleneck": 2, "separable": 2}


class Case:
    """One shape of an operator; `expected`: onnxruntime's outputs by name, None where npueval shall tell."""

    def __init__(self, graph, ranges, expected, work):
        self.name, self.samples, self.expected = graph.name, graph.samples, expected
        self.model = work / f"{graph.name}.onnx"
        model, self.steps = qdq.quantise(graph, {n: ranges[n] for n in qdq.names_to_calibrate(graph)})
        onnx.save(model, self.model)
        for name, sample in graph.samples.items():
            np.save(work / f"{name}.npy", sample)
            sample.tofile(work / f"{name}.raw")


def prepare(operator, count, seed, work):
    """The operator's cases as files, with onnxruntime's outputs of all of them from one run."""
    graphs = draw.cases(operator, count, seed)
    whole = draw.merged(graphs)
    floats, quantised = work / f"{operator}.float.onnx", work / f"{operator}.onnx"
    names = qdq.names_to_calibrate(whole)
    onnx.save(whole.model(names), floats)
    ranges = reference.ranges(floats, whole.samples, work / "ort")
    onnx.save(qdq.quantise(whole, {n: ranges[n] for n in names})[0], quantised)
    expected = reference.outputs(quantised, whole.samples, work / "ort")
    return [Case(graph, ranges, expected, work) for graph in graphs]


def prepare_alone(operator, count, seed, work):
    """Without onnxruntime: ranges are a guess, and there are no outputs."""
    return [Case(graph, {n: (-2.0, 3.0) for n in qdq.names_to_calibrate(graph)}, None, work)
            for graph in draw.cases(operator, count, seed)]


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]


def file_name(output):
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in output) + ".npy"


def differs(case, build, outputs, most):
    """What is wrong with the outputs in the folder, or ""."""
    for name, step in case.steps.items():
        got = np.load(outputs / file_name(name))
        if case.expected is None:
            got.astype(np.float32).tofile(outputs / "output.raw")
            inputs = [word for name in case.samples for word in ("--input", case.model.parent / f"{name}.raw")]
            status, errors = run([build / "bin/npueval", case.model, *inputs, "--expect", outputs / "output.raw", "--tolerance", "0", "--share", "0"])
            return f"npueval: {errors[0]}" if status != 0 else ""
        off = np.rint(np.abs(got - case.expected[name]) / step)
        if off.max() > most:
            return f"{name}: {int(off.max())} steps off, {(off > 0).mean():.1%} of the values differ"
    return ""


def measure(case, build, machine, work, most):
    """{"ratio": ..} or {"refused": why} or {"failed": why}."""
    program, outputs, report = (work / f"case.{suffix}" for suffix in ("bin", "out", "json"))
    status, errors = run([build / "bin/npuc", case.model, "--machine", machine, "-o", program])
    if status == 1 and any("does not fit" in line for line in errors):
        return {"refused": errors[0]}
    if status != 0:
        return {"failed": f"npuc: {errors[0]}"}
    inputs = [word for name in case.samples for word in ("--input", f"{name}={work / name}.npy")]
    status, errors = run([build / "bin/npusim", program, "--machine", machine, "--quiet", *inputs, "--output-dir", outputs, "--json", report])
    if status != 0:
        return {"failed": f"npusim: {errors[0]}"}
    wrong = differs(case, build, outputs, most)
    if wrong:
        return {"failed": wrong}
    measured = json.loads(report.read_text())
    return {"cycles": measured["cycles"], "ratio": measured["bound"]["ratio"], "bound": measured["bound"]["cycles"]}


def machines(count, seed, work, build):
    files = []
    for index in range(count):
        file = work / f"drawn{index}.yaml"
        file.write_text(draw.machine(index, os.path.relpath(HERE.parents[2] / "isa/machines/edge16.yaml", work), seed))
        status, errors = run([build / "bin/npuisa", "check", file])
        if status != 0:
            sys.exit(f"shapes.py: a machine that is none was drawn: {errors[0]}")
        files.append(file)
    return files


def line(operator, machine, results):
    right = [r for r in results if "ratio" in r]
    refused, failed = (sum(kind in r for r in results) for kind in ("refused", "failed"))
    ratios = sorted(r["ratio"] for r in right)
    total = sum(r["cycles"] for r in right) / max(sum(r["bound"] for r in right), 1)
    numbers = f"{total:.2f} | {statistics.median(ratios):.2f} | {ratios[0]:.2f} | {ratios[-1]:.1f}" if ratios else "| | |"
    return f"| {operator} | {machine} | {len(right)} | {refused} | {failed} | {numbers} |\n"


HEAD = """| operator | machine | right | do not fit | wrong | cycles / bound of all | median | least | most |
|---|---|---|---|---|---|---|---|---|
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=50, help="shapes of each operator (default: 50)")
    parser.add_argument("--machines", type=int, default=5, help="random machines (default: 5)")
    parser.add_argument("--operator", action="append", choices=sorted(draw.OPERATORS), help="only these (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--into", type=pathlib.Path)
    parser.add_argument("--interpreter", action="store_true", help="compare with npueval, to the bit, and not with onnxruntime")
    options = parser.parse_args()
    build = options.build.resolve()
    work = build / "bench" / "shapes"
    work.mkdir(parents=True, exist_ok=True)
    rows, table, wrong = [], HEAD, 0
    specs = machines(options.machines, options.seed, work, build)
    for operator in options.operator or draw.OPERATORS:
        try:
            cases = (prepare_alone if options.interpreter else prepare)(operator, options.count, options.seed, work)
        except reference.Unavailable as error:
            sys.exit(f"shapes.py: {error}")
        for spec in specs:
            results = [measure(case, build, spec, work, MOST_STEPS.get(operator, 1)) for case in cases]
            rows += [{"case": case.name, "machine": spec.stem, **result} for case, result in zip(cases, results)]
            table += line(operator, spec.stem, results)
            print(line(operator, spec.stem, results), end="", file=sys.stderr, flush=True)
            for case, result in zip(cases, results):
                if "failed" in result:
                    print(f"shapes.py: {case.name} on {spec.stem}: {result['failed']}", file=sys.stderr)
                    wrong += 1
    publish(options.into or options.build / "bench", "shapes",
            "# Random shapes on random machines\n\nGenerated by `./dev bench shapes`; do not edit. The machines are drawn by "
            "[draw.py](../test/bench/networks/draw.py).\n\n" + table, rows)
    print(table)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
