#!/usr/bin/env python3
"""Writes copies of the reference machines with every mnemonic renamed and the opcodes permuted, and rewrites
assembly programs to match, so that tests show that no tool knows a mnemonic or an opcode.

  permute_spec.py MACHINE_DIR OUT_DIR [PROGRAM.s ...]
"""
import pathlib
import random
import re
import shutil
import sys


def permute(text, rng):
    """Renames the entries of `instructions:` and shuffles their opcodes. Returns the text and old -> new names."""
    head, marker, body = text.partition("\ninstructions:\n")
    if not marker:
        return text, {}
    names = re.findall(r"^  (\w+):$", body, re.M)
    fresh = {name: f"op{number}" for name, number in zip(names, rng.sample(range(100, 999), len(names)))}
    opcodes = re.findall(r"^    opcode: (\S+)$", body, re.M)
    shuffled = iter(rng.sample(opcodes, len(opcodes)))
    body = re.sub(r"^  (\w+):$", lambda m: f"  {fresh[m.group(1)]}:", body, flags=re.M)
    body = re.sub(r"^    opcode: \S+$", lambda m: f"    opcode: {next(shuffled)}", body, flags=re.M)
    return head + marker + body, fresh


def rewrite_program(text, names):
    """Replaces the mnemonic of each line, which stands after white space and maybe a label."""
    def line(match):
        return match.group(1) + names.get(match.group(2), match.group(2))
    return re.sub(r"^([ \t]*(?:\w+:[ \t]*)?)(\w+)(?=\s|$)", line, text, flags=re.M)


def main():
    machines, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    names = {}
    rng = random.Random(2)
    for imported in (d for d in machines.iterdir() if d.is_dir()):
        shutil.copytree(imported, out / imported.name, dirs_exist_ok=True)
    for machine in sorted(machines.glob("*.yaml")):
        text, renamed = permute(machine.read_text(), rng)
        names.update(renamed)
        (out / machine.name).write_text(text)
    for program in map(pathlib.Path, sys.argv[3:]):
        (out / program.name).write_text(rewrite_program(program.read_text(), names))


if __name__ == "__main__":
    main()
