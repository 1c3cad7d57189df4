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


SECTION = "<IIQQQQIIQQ"  # an ELF section header; [3], [4], [5]: address, place in the file, length


def sections(program):
    """The section headers of an ELF file by name."""
    offset, = struct.unpack_from("<Q", program, 0x28)
    size, count, names = struct.unpack_from("<HHH", program, 0x3A)
    headers = [list(struct.unpack_from(SECTION, program, offset + i * size)) for i in range(count)]
    strings = headers[names][4]
    return {bytes(program[strings + h[0]:]).split(b"\0")[0].decode(): h for h in headers}


def text_section(program):
    place, length = sections(program)[".text"][4:6]
    return program[place:place + length]


def long_names(program):
    """The program with 8,000 symbols whose names, the ends of one string, are 1.6 GB together."""
    headers, result = sections(program), bytearray(program)
    address = headers[".text"][3]
    symbols = bytes(24) + b"".join(
        struct.pack("<IBBHQQ", 1 + i, 0, 0, 1, address, 0) for i in range(8000))
    for name, content in {".strtab": b"\0" + b"a" * 200_000 + b"\0", ".symtab": symbols}.items():
        headers[name][4:6] = len(result), len(content)
        result += content
    result[0x28:0x30] = struct.pack("<Q", len(result))
    return bytes(result) + b"".join(struct.pack(SECTION, *header) for header in headers.values())


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
    smallest = min(out.glob("*.bin"), key=lambda file: file.stat().st_size)
    write(out, "long_names.bin", long_names(smallest.read_bytes()))


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
    copy(out, pathlib.Path("/usr/share/libonnx-testdata/data/node").glob("*/model.onnx"))


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
