#!/usr/bin/env python3
"""Seeds of the fuzz targets from the repository's own files: one directory a target.

usage: seeds.py SOURCE_DIR NPUAS OUTPUT_DIR
"""
import io
import pathlib
import shutil
import struct
import subprocess
import sys

import numpy
import yaml

LARGEST = 64 << 10  # large seeds make slow targets


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def copy(folder, files):
    for file in sorted(files):
        if file.stat().st_size <= LARGEST:
            write(folder, f"{file.parent.name}-{file.name}", file.read_bytes())


def specs(source, out):
    copy(out, (source / "isa/machines").glob("*.yaml"))
    copy(out, (source / "examples").glob("*/*.yaml"))
    for file in (source / "test/isa/bad").glob("*.yaml"):
        # Their base is a small machine in the folder above; here all lie beside the machines.
        text = file.read_text().replace("base: ../", "base: ../../test/isa/")
        write(out, f"bad-{file.name}", text.encode())
    for machine in (source / "isa/machines").glob("*.yaml"):
        write(out, f"base-{machine.name}",
              f"base: {machine.name}\nmachine: {{vector: {{pipeline: 5}}}}\n".encode())


def expressions(source, out):
    texts = set()

    def collect(node):
        if isinstance(node, dict):
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)
        elif node is not None:
            texts.add(str(node))

    for machine in (source / "isa/machines").glob("*.yaml"):
        # A machine with a base may have none of its own, or name one to remove it.
        for instruction in (yaml.safe_load(machine.read_text()).get("instructions") or {}).values():
            if instruction:
                collect(instruction.get("semantics"))
                collect(instruction.get("timing"))
    for i, text in enumerate(sorted(texts)):
        write(out, f"{i:03}", text.encode())


def assembly(source, out):
    copy(out, (source / "test/cosim/programs").glob("*.s"))
    copy(out, (source / "test/assembler/bad").glob("*.s"))
    copy(out, (source / "examples/asm").glob("*.s"))


def text_section(program):
    """The bytes of an ELF file's .text."""
    offset, = struct.unpack_from("<Q", program, 0x28)
    size, count, names = struct.unpack_from("<HHH", program, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", program, offset + i * size) for i in range(count)]
    strings = headers[names][4]
    for name, _, _, _, place, length in headers:
        if program[strings + name:].startswith(b".text\0"):
            return program[place:place + length]
    raise ValueError("no .text")


def programs(source, npuas, out, words):
    machines = sorted(file.stem for file in (source / "isa/machines").glob("*.yaml"))
    files = [*(source / "test/cosim/programs").glob("*.s"), *(source / "examples/asm").glob("*.s")]
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(files):
        program = out / (file.stem + ".bin")
        subprocess.run([npuas, file, "-o", program], check=True)
        content = program.read_bytes()
        if len(content) > LARGEST:
            program.unlink()
        for index, machine in enumerate(machines):
            if f'"{machine}"'.encode() in content:
                write(words, file.stem, bytes([index]) + text_section(content)[:1024])


def tensors(source, out):
    copy(out, (source / "examples").glob("*/test/image0.npy"))
    shapes = [(), (3,), (1, 10), (1, 3, 4, 5), (5, 2, 2)]
    for kind in ["f4", "f8", "i1", "u1", "i4", "i8"]:
        for shape in shapes:
            buffer = io.BytesIO()
            count = int(numpy.prod(shape, dtype=int))
            numpy.save(buffer, numpy.arange(count).astype(kind).reshape(shape))
            write(out, f"{kind}-{len(shape)}", buffer.getvalue())


def models(source, out):
    copy(out, (source / "test/compiler").rglob("*.onnx"))


def main():
    source, npuas, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(out, ignore_errors=True)
    specs(source, out / "spec")
    expressions(source, out / "expression")
    assembly(source, out / "assembly")
    programs(source, npuas, out / "program", out / "word")
    tensors(source, out / "npy")
    models(source, out / "onnx")


main()
