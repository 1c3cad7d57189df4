#!/usr/bin/env python3
"""Co-simulates whole networks and measures the speed of the Verilated RTL.

  cosim.py BUILD_DIR [--network NAME ...]

Prints a Markdown table and writes BUILD_DIR/bench/cosim.json. A missed goal is shown and is no error; a program that fails, or a model
and an RTL that differ, is one (exit status 1).
"""
import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE / "networks"))
import make  # noqa: E402
import reference  # noqa: E402


@dataclasses.dataclass
class Network:
    what: str
    machine: str
    files: object  # (bench, folder) -> the model's file and {input: file}
    options: tuple = ()
    seconds: float | None = None  # that the whole run may take
    rate: float | None = None     # million cycles a second


class Failed(Exception):
    """A program did not do its work."""


def call(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failed(f"{pathlib.Path(command[0]).name} ended with status {done.returncode}: {lines[-1] if lines else 'no message'}")


def glyphs(_):
    folder = ROOT / "examples" / "glyphs"
    return folder / "glyphs.onnx", {"image": folder / "test" / "image0.npy"}


def resnet18(folder):
    """Made once, with scales from onnxruntime."""
    manifest = folder / "networks" / "resnet18.json"
    made = json.loads(manifest.read_text()) if manifest.exists() else make.make("resnet18", manifest.parent)
    return made["model"], made["inputs"]


def float_network(model, name, file):
    def files(folder):
        call(["/usr/bin/python3", ROOT / "test" / "cli" / "Inputs" / "float_networks.py", folder])
        return folder / model, {name: folder / file}
    return files


NETWORKS = {
    "glyphs": Network("glyphs, int8", "edge16", glyphs, rate=0.5),
    "resnet18": Network("ResNet-18, int8, 1x3x224x224", "edge16", resnet18, seconds=30),
    "cnn-bf16": Network("a convolutional network in bf16", "npu16", float_network("cnn.onnx", "x", "image.npy"),
                        ("--precision", "bf16"), rate=0.02),
    "block-bf16": Network("a transformer block in bf16", "npu16", float_network("block.onnx", "x", "tokens.npy"),
                          ("--precision", "bf16"), rate=0.02),
    "block-f32": Network("the same block in f32", "npu16", float_network("block.onnx", "x", "tokens.npy")),
}


def measure(name, build):
    network, folder = NETWORKS[name], build / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    model, inputs = network.files(folder)
    program, result = folder / f"{name}.cosim.bin", folder / f"{name}.cosim.json"
    call([build / "bin" / "npuc", model, "--machine", network.machine, "-o", program, *network.options])
    given = [word for key, file in inputs.items() for word in ("--input", f"{key}={file}")]
    call([build / "bin" / "npucosim", program, *given, "--json", result])
    seen = json.loads(result.read_text())
    cycles, rate = seen["cycles"]["rtl"], seen["cycles_per_second"]["rtl"]
    row = {"network": name, "what": network.what, "machine": network.machine, "instructions": seen["instructions"],
           "cycles": cycles, "differing_cycles": seen["differing_cycles"], "differing_bytes": seen["differing_bytes"],
           "rtl_seconds": cycles / rate, "rtl_million_cycles_per_second": rate / 1e6,
           "model_million_cycles_per_second": seen["cycles_per_second"]["model"] / 1e6, "goal": "", "met": ""}
    if network.seconds:
        row.update(goal=f"{network.seconds:g} s", met=row["rtl_seconds"] <= network.seconds)
    if network.rate:
        row.update(goal=f">= {network.rate:g} million cycles/s", met=rate / 1e6 >= network.rate)
    return row


def table(rows):
    lines = ["| network | machine | instructions | cycles | differing cycles, bytes | RTL, s | RTL, million cycles/s | model | goal | met |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        met = {True: "yes", False: "no", "": ""}[row["met"]]
        lines.append(f"| {row['what']} | {row['machine']} | {row['instructions']:,} | {row['cycles']:,} | "
                     f"{row['differing_cycles']}, {row['differing_bytes']} | {row['rtl_seconds']:.2f} | "
                     f"{row['rtl_million_cycles_per_second']:.3g} | {row['model_million_cycles_per_second']:.3g} | {row['goal']} | {met} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Co-simulates whole networks and measures the Verilated RTL.")
    parser.add_argument("build", type=pathlib.Path, help="the build directory, with bin/")
    parser.add_argument("--network", action="append", choices=NETWORKS, help="only this one; may be repeated")
    arguments = parser.parse_args()
    rows, build = [], arguments.build.resolve()
    for name in arguments.network or NETWORKS:
        try:
            rows.append(measure(name, build))
        except (Failed, reference.Unavailable) as failure:
            sys.exit(f"cosim: {name}: {failure}")
        print(f"{name}: {rows[-1]['rtl_seconds']:.1f} s", file=sys.stderr)
    print(table(rows))
    file = build / "bench" / "cosim.json"
    partial = file.with_suffix(".json.partial")
    partial.write_text(json.dumps(rows, indent=2) + "\n")
    partial.replace(file)


if __name__ == "__main__":
    main()
