"""A machine with some of its keys changed: its generated SystemVerilog."""
import os
import re
import subprocess

import yaml

MACHINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../isa/machines")


class Wrong(Exception):
    """What the user asked for cannot be."""


def settings(texts):
    """{"array.rows": "8"} of ["array.rows=8"]."""
    result = {}
    for text in texts:
        if not re.fullmatch(r"\w+\.\w+=.+", text):
            raise Wrong(f"'{text}' is not GROUP.KEY=VALUE, e.g. array.rows=8 or array.types=[i8,bf16]")
        key, _, value = text.partition("=")
        result[key] = value
    return result


def spec_file(spec):
    path = os.path.abspath(spec if spec.endswith(".yaml") else os.path.join(MACHINES, spec + ".yaml"))
    if not os.path.isfile(path):
        raise Wrong(f"there is no machine {path}")
    return path


def instructions_of(path):
    """Those of a spec and of what it is based on."""
    with open(path) as file:
        spec = yaml.load(file, Loader=yaml.BaseLoader)
    inherited = instructions_of(os.path.join(os.path.dirname(path), spec["base"])) if "base" in spec else {}
    merged = {**inherited, **spec.get("instructions", {})}
    return {name: instruction for name, instruction in merged.items() if isinstance(instruction, dict)}


def multiplies_other(instruction, types):
    of_array = re.search("'action': '(preload|multiply)'", str(instruction["semantics"]))
    return of_array and instruction["operands"]["src"]["type"] not in types


def removed(path, changes, over_lanes):
    """What the variant does not have: instructions, and the formats that no other has."""
    types = yaml.safe_load(changes["array.types"]) if "array.types" in changes else None
    instructions = instructions_of(path)
    gone = {name for name, instruction in instructions.items()
            if types is not None and multiplies_other(instruction, types)
            or not over_lanes and re.search(r"\blane_(sum|min|max) *\(", str(instruction["semantics"]))}
    formats = {instructions[name]["format"] for name in gone} - {
        instruction["format"] for name, instruction in instructions.items() if name not in gone}
    return {"instructions": dict.fromkeys(gone), "formats": dict.fromkeys(formats)}


def generate(spec, changes, npuisa, directory, over_lanes=True):
    """The directory of the generated files. over_lanes: with the instructions that work on a row's lanes together."""
    path = spec_file(spec)
    variant = {"base": path, "name": "variant", "prose": "For its area.", **removed(path, changes, over_lanes)}
    for key, value in changes.items():
        group, name = key.split(".")
        variant.setdefault("machine", {}).setdefault(group, {})[name] = yaml.safe_load(value)
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "variant.yaml"), "w") as file:
        yaml.safe_dump(variant, file)
    made = subprocess.run([npuisa, "generate", file.name, "--sv", f"{directory}/sv"], text=True, capture_output=True)
    if made.returncode != 0:
        wanted = ", ".join(f"{key}={value}" for key, value in changes.items())
        raise Wrong(f"{os.path.basename(path)} with {wanted} is no machine:\n{made.stderr.strip()}")
    return f"{directory}/sv"
