"""Plans of single operators: all that could be written, and the programs that come of them.

A plan is a dictionary of the entries of the attribute `tile.plan`: numbers, truths, and None for names without a value.
"""
import json
import pathlib
import re
import subprocess

import numpy as np
import onnx

import qdq

PLAN = re.compile(r"tile\.plan = \{([^}]*)\}")


class Refused(Exception):
    """npuc said no, with status 1 and a message."""


class NoPlan(Exception):
    """The operator is not one layer."""


class Failed(Exception):
    """A program did anything else, or computed other numbers."""


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode == 1 and done.stderr.strip():
        raise Refused(done.stderr.strip())
    if done.returncode != 0:
        raise Failed(f"{pathlib.Path(str(command[0])).name}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def read(text):
    plan = {}
    for entry in text.split(", "):
        name, _, value = entry.partition(" = ")
        value = value.removesuffix(" : i64")
        plan[name] = None if not value else value == "true" if value in ("true", "false") else int(value)
    return plan


def write(plan):
    def entry(name, value):
        if value is None:
            return name
        return f"{name} = {str(value).lower()}" if isinstance(value, bool) else f"{name} = {value} : i64"
    return "tile.plan = {" + ", ".join(entry(*item) for item in plan.items()) + "}"


def parts(whole):
    """Sizes of the parts of something that is cut in any number of parts as even as can be."""
    return sorted({-(-whole // count) for count in range(1, whole + 1)}, reverse=True)


def columns(binaries, machine):
    """Of the machine's array."""
    return int(re.search(r"array +\d+ rows x (\d+) columns", run(binaries / "npuisa", "show", machine))[1])


class Operator:
    """One operator, or a few that are one layer, on one machine."""

    def __init__(self, graph, build, machine, work):
        self.bin, self.machine, self.work = build / "bin", machine, work
        model, _ = qdq.quantise(graph, {name: (-2.0, 3.0) for name in qdq.names_to_calibrate(graph)})
        onnx.save(model, work / "operator.onnx")
        self.inputs = []
        for name, sample in graph.samples.items():  # the network of text has no quantisation at its ends
            np.save(work / f"{name}.npy", np.clip(np.rint(sample * 50), -128, 127).astype(np.int8))
            self.inputs += ["--input", f"{name}={work / name}.npy"]
        (work / "graph.mlir").write_text(run(self.bin / "npuc", work / "operator.onnx", "--machine", machine, "--emit=graph"))
        self.text = run(self.bin / "npu-opt", work / "graph.mlir", f"-tile-plan=machine={machine}")
        found = list(PLAN.finditer(self.text))
        if len(found) != 1:
            raise NoPlan(f"{graph.name} is {len(found)} layers")
        self.constructed = read(found[0][1])
        convs = [node for node in graph.nodes if node.op_type == "Conv"]
        weights = graph.constants[convs[0].input[1]].shape
        self.result = next(iter(graph.outputs.values()))
        self.channels, self.kernel_rows = weights[1], weights[2]
        self.blocks = -(-self.channels // columns(self.bin, machine))
        # The array and the vector unit share the rows of these.
        self.divided = any(a.i > 1 for node in convs for a in node.attribute if a.name == "group")
        self.right = None

    def cycles(self, plan):
        """Of the plan. Its results must be those of the first plan that was tried."""
        source, program, report, outputs = (self.work / f"plan.{suffix}" for suffix in ("mlir", "bin", "json", "out"))
        source.write_text(PLAN.sub(lambda _: write(plan), self.text))
        run(self.bin / "npuc", source, "--machine", self.machine, "-o", program)
        try:
            run(self.bin / "npusim", program, "--machine", self.machine, "--quiet", *self.inputs, "--output-dir", outputs, "--json", report)
        except Refused as error:
            raise Failed(f"npusim: {error}") from error
        got = [np.load(file) for file in sorted(outputs.glob("*.npy"))]
        if self.right is None:
            self.right = got
        if not all(np.array_equal(a, b) for a, b in zip(self.right, got)):
            raise Failed(f"other numbers with {write(plan)}")
        return json.loads(report.read_text())["cycles"]

    def plans(self):
        """All whose bands and chunks are cut evenly, those that do not fit the machine included. The input's layout is the
        network's interface and stays."""
        for band in parts(self.result[2]):
            if self.divided:
                for share in range(band):
                    yield {**self.constructed, "band": band, "array_rows": share}
                continue
            for way, steps, group in self.ways():
                for chunk in sorted({steps, *parts(group)}):
                    for outside in (False, True) if chunk == steps and band < self.result[2] else (False,):
                        yield {**way, "band": band, "chunk": chunk, "blocks_outside": outside}

    def ways(self):
        """How taps lie along the array's rows, with the steps of the whole reduction and of those that one chunk may hold."""
        base = {name: value for name, value in self.constructed.items() if name not in ("neighbours", "thin", "together")}
        for rolled in (False, True) if self.kernel_rows > 1 else (False,):
            if not base["plain"]:
                for thin in ({}, {"thin": None}) if "thin" in self.constructed else ({},):
                    yield {**base, **thin, "roll_rows": rolled}, *self.steps(self.blocks, rolled)
                continue
            for way in (None, "interleave", "unfold", "neighbours"):
                chosen = {name: name == way for name in ("interleave", "unfold")} | ({"neighbours": None} if way == "neighbours" else {})
                for together in (1, 2, 4, 8) if way in ("interleave", "neighbours") else (1,):
                    bands = {"together": together} if together > 1 else {}
                    yield {**base, **chosen, **bands, "roll_rows": rolled}, *self.steps(1 if way else self.channels, rolled)

    def steps(self, planes, rolled):
        return (planes * self.kernel_rows, self.kernel_rows) if rolled else (planes, planes)
