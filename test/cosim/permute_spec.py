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


def instructions_of(text):
    """What stands before the entries of `instructions:`, and those."""
    head, marker, body = text.partition("\ninstructions:\n")
    return head + marker, body


def permutation(texts, rng):
    """New names of all mnemonics, and a permutation of all opcodes: one for all machines, which are made of each other."""
    names, opcodes = set(), set()
    for text in texts:
        _, body = instructions_of(text)
        names.update(re.findall(r"^  (\w+):$", body, re.M))
        opcodes.update(int(opcode, 0) for opcode in re.findall(r"^    opcode: (\S+)$", body, re.M))
    fresh = {name: f"op{number}" for name, number in zip(sorted(names), rng.sample(range(100, 9999), len(names)))}
    return fresh, dict(zip(sorted(opcodes), rng.sample(sorted(opcodes), len(opcodes))))


def permute(text, names, opcodes):
    head, body = instructions_of(text)
    body = re.sub(r"^  (\w+):$", lambda m: f"  {names[m.group(1)]}:", body, flags=re.M)
    return head + re.sub(r"^    opcode: (\S+)$", lambda m: f"    opcode: {opcodes[int(m.group(1), 0)]}", body, flags=re.M)


def rewrite_program(text, names):
    """Replaces the mnemonic of each line, which stands after white space and maybe a label."""
    def line(match):
        return match.group(1) + names.get(match.group(2), match.group(2))
    return re.sub(r"^([ \t]*(?:\w+:[ \t]*)?)(\w+)(?=\s|$)", line, text, flags=re.M)


def main():
    machines, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for imported in (d for d in machines.iterdir() if d.is_dir()):
        shutil.copytree(imported, out / imported.name, dirs_exist_ok=True)
    texts = {machine.name: machine.read_text() for machine in sorted(machines.glob("*.yaml"))}
    names, opcodes = permutation(texts.values(), random.Random(2))
    for name, text in texts.items():
        (out / name).write_text(permute(text, names, opcodes))
    for program in map(pathlib.Path, sys.argv[3:]):
        (out / program.name).write_text(rewrite_program(program.read_text(), names))


if __name__ == "__main__":
    main()
