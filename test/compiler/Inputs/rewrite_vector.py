"""rewrite_vector.py MACHINE: writes the vector instructions of MACHINE that layers are lowered to in another form that means
the same: arguments the other way round, lets, functions of the spec, another order of the operands."""
import pathlib
import sys

import yaml

REQUANTISED = {
    "arguments": {"x": "i64", "factor": "i32", "places": "i32", "offset": "i32", "least": "i32", "most": "i32"},
    "let": {"scaled": "round_shift(i64(factor) * x, places)", "moved": "i64(offset) + scaled"},
    "result": "i8(min(i64(most), max(i64(least), moved)))",
}
CALL = "requantised(%s, mult, shift, zero, low, high)"

# What each means.
MEANINGS = {
    "vfill": {"action": "map", "let": {"number": "lane"}, "result": "i8(number)"},
    "vrequant": {"action": "map", "let": {"biased": "bias + src"}, "result": CALL % "i64(biased)"},
    "vrescale": {"action": "map", "result": CALL % "i64(bias + i32(src))"},
    "vadd": {"action": "map",
             "let": {"left": "i64(mult_a) * i64(i32(a) - zero_a)", "right": "i64(mult_b) * i64(i32(b) - zero_b)"},
             "result": "i8(min(max(i64(low), i64(zero) + round_shift(right + left, shift)), i64(high)))"},
    "vmaxpool": {"action": "reduce", "levels": "levels", "init": "-100 - 28", "step": "max(i32(src), state)",
                 "let": {"bounded": "max(low, state)"}, "result": "i8(min(high, bounded))"},
    "vavgpool": {"action": "reduce", "levels": "levels", "init": "bias", "step": "i32(src) + state", "result": CALL % "i64(state)"},
    "vdwconv": {"action": "reduce", "levels": "levels", "init": "bias", "let": {"product": "i32(weight) * i32(src)"},
                "step": "product + state", "result": CALL % "i64(state)"},
}


class Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data):
        return True


def main():
    path = pathlib.Path(sys.argv[1])
    spec = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # all text: `7:0` is a number to YAML 1.1
    spec.setdefault("functions", {})["requantised"] = REQUANTISED
    for mnemonic, meaning in MEANINGS.items():
        entry = spec["instructions"][mnemonic]
        entry["semantics"] = meaning
        entry["operands"] = dict(reversed(entry["operands"].items()))
    path.write_text(yaml.dump(spec, Dumper=Dumper, sort_keys=False, width=1000))


if __name__ == "__main__":
    main()
