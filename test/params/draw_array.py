"""Draws what the array multiplies and how many cycles a row of it takes, with the instructions that follow: those of the machine
that has them for every type."""
import os
import re

import yaml

ALL_TYPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../isa/machines/npu16.yaml")


def is_of_array(instruction):
    return re.search("action: *'?(preload|multiply)|'(preload|multiply)'", str(instruction["semantics"])) is not None


def draw(rng, base):
    """The array's types and stages; the base's formats and instructions with those of the types."""
    with open(ALL_TYPES) as file:
        every = yaml.load(file, Loader=yaml.BaseLoader)
    known = every["machine"]["array"]["types"]
    types = rng.sample(known, rng.randint(1, len(known)))
    formats = {**base["formats"], "matrix_float": every["formats"]["matrix_float"]}
    found = {**base["instructions"], **{n: i for n, i in every["instructions"].items() if is_of_array(i)}}
    instructions = {name: instruction for name, instruction in found.items()
                    if not is_of_array(instruction) or instruction["operands"]["src"]["type"] in types}
    used = {instruction["format"] for instruction in instructions.values()}
    formats = {name: layout for name, layout in formats.items() if name in used}
    return {"types": types, "stages": rng.randint(1, 3)}, {**base, "formats": formats, "instructions": instructions}
