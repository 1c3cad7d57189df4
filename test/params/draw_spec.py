#!/usr/bin/env python3
"""Draws a random legal spec with the instructions of a reference machine, those of an array of drawn types, and some of the vector
unit that are drawn, too: every size, the place of every field, opcodes and mnemonics are random.

  draw_spec.py BASE.yaml SEED OUT.yaml [--small]

--small keeps the array and the memories small, so that the machine is Verilated quickly.
"""
import os
import random
import re
import sys

import yaml

import draw_array
import draw_vector

NARROW_EVERY = 7  # one machine of so many has words of 64 bits
COMMON = ["opcode", "wait", "post"]
UNITS = ["sequencer", "load", "weights", "matrix", "vector", "store"]


def bits_for(count):
    return max(1, (count - 1).bit_length())


def narrow(machine):
    """The machine with so few of everything that words of 64 bits have room for their numbers."""
    sequencer = {**machine["sequencer"], "registers": 8, "generators": 8}
    return {**machine, "sequencer": sequencer, "vector": {**machine["vector"], "lane_registers": 4}}


def draw_machine(rng, small):
    """The sections machine and units, and the width of a word in bits."""
    cols = rng.choice([4, 5, 6, 7, 8, 8, 12] if small else [4, 6, 8, 12, 16, 20, 24, 32, 33])
    rows = rng.choice([cols, rng.randint(1, cols), max(1, cols * 3 // 5), rng.randint(cols + 1, 3 * cols), cols * 5 // 3])
    lanes = rng.choice([cols, cols, rng.choice([n for n in range(1, cols + 1) if cols % n == 0])])
    beat = rng.choice([4, 8, 16, 32, 64])
    word = rng.choice([128, 256])
    burst = rng.randint(1, min(32, 4096 // beat))
    least_line = max(beat, word // 8)
    pad_banks, acc_banks = rng.randint(1, 8), rng.randint(1, 4)
    pad_rows = pad_banks << rng.randint(3, 6 if small else 9)
    acc_rows = acc_banks << rng.randint(1, 5 if small else 8)
    machine = {
        "array": {"rows": rows, "cols": cols, "weight_sets": rng.randint(2, 4), "pipeline": rng.randint(1, 5)},
        "scratchpad": {"bytes": pad_rows * cols, "banks": pad_banks},
        "accumulator": {"bytes": acc_rows * 4 * cols, "banks": acc_banks},
        "vector": {"lanes": lanes, "lane_registers": rng.randint(4, 32 if word == 256 else 16), "pipeline": rng.randint(3, 8)},
        "sequencer": {"registers": rng.randint(8, 32), "generators": rng.randint(8, 32), "levels": rng.randint(2, 4),
                      "loop_depth": rng.randint(1, 6), "cache_lines": 2 ** rng.randint(1, 5),
                      "line_bytes": min(4096, least_line << rng.randint(0, 3))},
        "load": {"fifo_beats": burst + rng.choice([0, rng.randint(0, 64)]), "instructions": rng.randint(1, 6)},
        "store": {"fifo_beats": burst + rng.choice([0, rng.randint(0, 64)]), "instructions": rng.randint(1, 6)},
        "tokens": {"max": rng.randint(1, 15)},
        "dram": {"bytes": 4096 * rng.randint(128, 300), "beat_bytes": beat, "burst_beats": burst,
                 "latency": rng.choice([1, 2, rng.randint(1, 200)])},
    }
    units = {unit: {} if unit == "sequencer" else {"queue": rng.randint(1, 8)} for unit in UNITS}
    return machine, units, word


class Formats:
    """Lays the fields of every format anew."""

    def __init__(self, base, machine, word, rng):
        self.base, self.word, self.rng = base, word, rng
        self.sizes = {"register": bits_for(machine["sequencer"]["registers"]),
                      "generator": bits_for(machine["sequencer"]["generators"]),
                      "level": bits_for(machine["sequencer"]["levels"]),
                      "lane": bits_for(machine["vector"]["lane_registers"])}
        self.common = {"opcode": rng.randint(7, 9), "wait": len(UNITS), "post": len(UNITS)}

    def kinds(self, name):
        """Field name -> kind of the operands that lie in it."""
        found = {}
        for instruction in self.base["instructions"].values():
            if instruction["format"] == name:
                for operand, attributes in instruction["operands"].items():
                    found[attributes.get("field", operand)] = attributes["kind"]
        return found

    def widths(self, name):
        """(field, part) -> bits; the offsets as wide as there is room for."""
        fixed, offsets = {}, {}
        kinds = self.kinds(name)
        for field, place in self.base["formats"][name]["fields"].items():
            if field in COMMON:
                continue
            if isinstance(place, dict):
                offsets[field, "offset"] = self.rng.randint(10, 24)
                fixed[field, "base"] = self.sizes["register"]
                if "generator" in place:
                    fixed[field, "generator"] = self.sizes["generator"]
            elif kinds[field] in self.sizes:
                fixed[field, None] = self.sizes[kinds[field]]
            else:
                high, low = map(int, place.split(":"))
                fixed[field, None] = high - low + 1
        while sum(self.common.values()) + sum(fixed.values()) + sum(offsets.values()) > self.word:
            widest = max(offsets, key=offsets.get)
            offsets[widest] -= 1
        return {**fixed, **offsets}

    def place(self, items, free):
        """Puts the items (name -> bits) into the free segments in random order; None if they do not fit."""
        placed, free = {}, [list(segment) for segment in free]
        for name in sorted(self.rng.sample(list(items), len(items)), key=lambda n: -items[n] // 12):
            fitting = [s for s in free if s[1] - s[0] >= items[name]]
            if not fitting:
                return None
            segment = self.rng.choice(fitting)
            room = segment[1] - segment[0] - items[name]
            low = segment[0] + self.rng.choice([0, 0, room, self.rng.randint(0, room)])
            placed[name] = (low + items[name] - 1, low)
            free.remove(segment)
            free += [[segment[0], low], [low + items[name], segment[1]]]
        return placed

    def draw(self):
        for _ in range(10000):
            common = self.place(self.common, [[0, self.word]])
            free, at = [], 0
            for high, low in sorted(common.values(), key=lambda p: p[1]):
                free.append([at, low])
                at = high + 1
            free.append([at, self.word])
            formats = {name: self.format(name, common, free) for name in self.base["formats"]}
            if all(formats.values()):
                return formats
        raise SystemExit("no place for the fields")

    def format(self, name, common, free):
        widths = self.widths(name)
        for _ in range(50):
            placed = self.place(widths, free)
            if placed is not None:
                break
        else:
            return None
        fields = {field: "%d:%d" % place for field, place in common.items()}
        for (field, part), (high, low) in placed.items():
            if part:
                fields.setdefault(field, {})[part] = "%d:%d" % (high, low)
            else:
                fields[field] = "%d:%d" % (high, low)
        return {"bits": self.word, "fields": fields}


def draw_instructions(base, opcode_bits, rng):
    numbers = rng.sample(range(2 ** opcode_bits), len(base["instructions"]))
    names = rng.sample(range(1000), len(numbers))
    drawn = {}
    for (_, instruction), opcode, name in zip(rng.sample(list(base["instructions"].items()), len(numbers)), numbers, names):
        drawn["op%d" % name] = {**instruction, "opcode": opcode}
    return drawn


def draw(base, seed, small=False):
    rng = random.Random(seed)
    drawn = draw_vector.draw(rng, rng.randint(3, 8))
    machine, units, word = draw_machine(rng, small)
    array, base = draw_array.draw(rng, base)
    machine["array"].update(array)
    if seed % NARROW_EVERY == 3:
        machine, word = narrow(machine), 64
    every_lane = machine["vector"]["lanes"] == machine["array"]["cols"]
    instructions = {name: instruction for name, instruction in base["instructions"].items()
                    if every_lane or not re.search("lane_(sum|min|max)", str(instruction["semantics"]))}
    base = {**base, "instructions": {**instructions, **drawn}}
    layout = Formats(base, machine, word, rng)
    formats = layout.draw()
    return {"npuforge": 1, "name": "drawn%d" % seed, "prose": "A machine drawn at random, seed %d." % seed,
            "import": base["import"], "machine": machine,
            "units": units, "formats": formats,
            "instructions": draw_instructions(base, layout.common["opcode"], rng)}


def load(path):
    """Everything stays text: `7:0` is a number to YAML 1.1. Imports are found from everywhere."""
    with open(path) as file:
        spec = yaml.load(file, Loader=yaml.BaseLoader)
    spec["import"] = [os.path.join(os.path.dirname(os.path.abspath(path)), name) for name in spec.get("import", [])]
    return spec


class Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data):
        return True


def write(spec, path):
    with open(path, "w") as file:
        yaml.dump(spec, file, Dumper=Dumper, sort_keys=False, default_flow_style=None, width=200)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--small"]
    if len(arguments) != 3 or not re.fullmatch(r"\d+", arguments[1]):
        sys.exit("usage: draw_spec.py BASE.yaml SEED OUT.yaml [--small]")
    write(draw(load(arguments[0]), int(arguments[1]), "--small" in sys.argv), arguments[2])


if __name__ == "__main__":
    main()
