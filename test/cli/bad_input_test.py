#!/usr/bin/env python3
"""What every program does with bad input: a clear line on standard error that says what and where, exit status 1 or 2,
no crash, and nothing under the output's name.

  bad_input_test.py BIN_DIR ROOT_DIR WORK_DIR
"""
import json
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import unittest

import numpy as np

BIN = ROOT = WORK = pathlib.Path()
CRASHES = ("Segmentation", "Assertion", "Stack dump", "terminate called", "AddressSanitizer", "runtime error:")


def limit_files(size):
    """Writes beyond `size` bytes fail, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def temporaries():
    """Files that were to be renamed, and were not: NAME.XXXXXX."""
    return [str(path) for path in WORK.rglob("*") if re.fullmatch(r".*\.\w{6}", path.name)]


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.glyphs = ROOT / "examples/glyphs/glyphs.onnx"
        cls.image = ROOT / "examples/glyphs/test/image0.npy"
        cls.program = WORK / "glyphs.bin"
        done = subprocess.run([BIN / "npuc", cls.glyphs, "--machine", "edge16", "-o", cls.program], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def refuses(self, command, *expected, outputs=(), full_disk=False):
        """The command fails with a message that holds each of `expected`, and leaves none of `outputs`."""
        program, *arguments = map(str, command)
        setup = (lambda: limit_files(1000)) if full_disk else None
        done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=60, preexec_fn=setup,
                              errors="replace")
        said = f"{program} {' '.join(arguments)}\nstatus {done.returncode}\n{done.stderr}"
        self.assertIn(done.returncode, (1, 2), said)
        self.assertTrue(done.stderr.strip(), said)
        for word in CRASHES:
            self.assertNotIn(word, done.stderr, said)
        for text in expected:
            self.assertIn(text.lower(), done.stderr.lower(), said)
        self.assertEqual(temporaries(), [], said)
        for output in outputs:
            self.assertFalse(output.exists() and output.is_file(), f"{output} was left behind\n{said}")

    def file(self, name, content):
        path = WORK / name
        path.write_bytes(content)
        return path

    def damaged(self, source, suffix, count):
        """Copies of a file, truncated or with bytes changed."""
        content, rng = source.read_bytes(), random.Random(7)
        for number in range(count):
            damaged = bytearray(content)
            if number % 2:
                del damaged[rng.randrange(len(damaged)):]
            else:
                for _ in range(rng.choice((1, 4, 64))):
                    damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            yield self.file(f"damaged{suffix}", bytes(damaged))

    def survives(self, command, timeout=60):
        """Right or refused, but no crash."""
        done = subprocess.run([BIN / command[0], *map(str, command[1:])], capture_output=True, timeout=timeout)
        self.assertIn(done.returncode, (0, 1, 2), (command, done.stderr[-400:]))
        self.assertEqual(temporaries(), [], command)

    # --- every program ---------------------------------------------------------------------------------------------

    def test_options(self):
        for program in ("npuisa", "npuas", "npudis", "npuc", "npusim", "npucosim"):
            with self.subTest(program):
                for option in ("--help", "--version"):
                    done = subprocess.run([BIN / program, option], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, (program, option, done.stderr))
                    self.assertTrue(done.stdout.strip())
                self.refuses([program, "--no-such-option"], "no-such-option")

    def test_missing_files(self):
        gone = WORK / "gone"
        out = WORK / "never"
        self.refuses(["npuc", gone, "-o", out], str(gone), outputs=[out])
        self.refuses(["npuas", gone, "-o", out], str(gone), outputs=[out])
        self.refuses(["npudis", gone], str(gone))
        self.refuses(["npusim", gone], str(gone))
        self.refuses(["npucosim", gone], str(gone))
        self.refuses(["npuisa", "check", str(gone) + ".yaml"], str(gone))
        self.refuses(["npusim", self.program, "--input", f"image={gone}"], str(gone))
        self.refuses(["npuc", self.glyphs, "-o", out, "--machine", "nosuch16"], "nosuch16", outputs=[out])

    def test_full_disk(self):
        out = WORK / "full.bin"
        self.refuses(["npuc", self.glyphs, "-o", out], str(out), outputs=[out], full_disk=True)
        source = self.file("big.s", b".machine edge16\n.text\nhalt\n.data\n.space 4096, 1\n" + b".byte 1\n" * 9000)
        self.refuses(["npuas", source, "-o", out], outputs=[out], full_disk=True)
        sim = ["npusim", self.program, "--input", f"image={self.image}"]
        for option in ("--trace", "--log", "--json"):
            results = WORK / "full.json"
            self.refuses([*sim, option, results], str(results), outputs=[results], full_disk=True)
        self.refuses([*sim, "--output-dir", "/proc/nowhere"], "/proc/nowhere")
        self.refuses(["npudis", self.program, "-o", WORK / "full.s"], "full.s", outputs=[WORK / "full.s"], full_disk=True)
        self.refuses(["npudis", self.program, "-o", "/dev/full"], "/dev/full")

    # --- formats ---------------------------------------------------------------------------------------------------

    def test_damaged_onnx(self):
        out = WORK / "damaged.bin"
        for path in self.damaged(self.glyphs, ".onnx", 40):
            out.unlink(missing_ok=True)
            self.survives(["npuc", path, "-o", out])
        self.refuses(["npuc", self.file("empty.onnx", b""), "-o", out], "empty.onnx")
        self.refuses(["npuc", self.file("text.onnx", b"this is no model\n" * 50), "-o", out], "text.onnx")
        self.refuses(["npuc", self.file("cut.onnx", self.glyphs.read_bytes()[:50_000]), "-o", out], "cut.onnx")

    def test_damaged_program(self):
        for path in self.damaged(self.program, ".bin", 40):
            self.survives(["npudis", path, "-o", WORK / "damaged.s"])
        self.refuses(["npusim", self.file("cut.bin", self.program.read_bytes()[:3000])], "cut.bin")
        self.refuses(["npusim", self.file("text.bin", b"no program" * 100)], "text.bin")
        self.refuses(["npusim", self.file("empty.bin", b"")], "empty.bin")

    def test_damaged_machine(self):
        machine = ROOT / "isa/machines/edge16.yaml"
        for path in self.damaged(machine, ".yaml", 30):
            self.survives(["npuisa", "check", path])
        self.refuses(["npuisa", "check", self.file("cut.yaml", machine.read_bytes()[:9000])], "cut.yaml:")
        self.refuses(["npuisa", "check", self.file("list.yaml", b"- 1\n- 2\n")], "list.yaml:1:1")
        self.refuses(["npuisa", "check", self.file("tabs.yaml", b"npuforge: 1\nname: [\n")], "tabs.yaml:")

    def test_damaged_tensors(self):
        sim = ["npusim", self.program, "--output-dir", WORK / "o", "--input"]
        for path in self.damaged(self.image, ".npy", 30):
            self.survives([*sim, f"image={path}"])
        for name, content in (("empty.npy", b""), ("text.npy", b"no array"), ("cut.npy", self.image.read_bytes()[:2000]),
                              ("huge.npy", b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': "
                                           b"(1, 1, 3200000000, 3200000000), }".ljust(117) + b"\n")):
            self.refuses([*sim, f"image={self.file(name, content)}"], name)

    # --- programs and their inputs -----------------------------------------------------------------------------------

    def array(self, name, shape, dtype):
        path = WORK / name
        np.save(path, np.zeros(shape, dtype))
        return path

    def test_inputs(self):
        sim = ["npusim", self.program, "--output-dir", WORK / "o"]
        self.refuses(sim, "image")
        self.refuses([*sim, "--input", f"picture={self.image}"], "picture", "image")
        self.refuses([*sim, "--input", f"image={self.array('shape.npy', (1, 1, 32, 31), np.float32)}"], "1x1x32x31", "32x32")
        self.refuses([*sim, "--input", f"image={self.array('type.npy', (1, 1, 32, 32), np.complex64)}"], "type.npy")
        self.refuses([*sim, "--input", f"image={self.array('int.npy', (1, 1, 32, 32), np.int64)}"], "image")
        self.refuses([*sim, "--input", "image"], "image")
        self.refuses(["npusim", "--input", f"picture={self.image}", self.program], "picture")
        self.refuses(["npusim", self.program, "--input", f"image={self.image}", "--max-cycles", "10"], "10")
        self.refuses(["npucosim", self.program, "--input", f"picture={self.image}"], "picture")

    def test_batch(self):
        sim = ["npusim", self.program, "--batch", "--output-dir", WORK / "o", "--input"]
        self.refuses(sim[:-1], "--batch")
        for name, shape, expected in (("none.npy", (0, 1, 32, 32), "batch of nothing"), ("flat.npy", (1024,), "Nx1x32x32"),
                                      ("wide.npy", (2, 1, 32, 31), "2x1x32x31"), ("scalar.npy", (), "Nx1x32x32")):
            self.refuses([*sim, f"image={self.array(name, shape, np.float32)}"], name, expected)
        self.refuses([*sim, f"image={self.array('bytes.npy', (2, 1, 32, 32), np.uint8)}"], "bytes.npy", "u8")

    def test_batch_of_two_inputs(self):
        source = self.file("two.s", b"""\
.machine edge16
.input "a", type=i8, shape=1x1x1x16, layout=plain, address=a
.input "b", type=i8, shape=1x1x1x16, layout=plain, address=b
.text
halt
.data
a: .space 16
b: .space 16
""")
        program = WORK / "two.bin"
        done = subprocess.run([BIN / "npuas", source, "-o", program], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        two, three = (self.array(f"of{n}.npy", (n, 1, 1, 16), np.int8) for n in (2, 3))
        sim = ["npusim", program, "--batch", "--input", f"a={two}", "--input"]
        self.refuses([*sim, f"b={three}"], "of3.npy", "of2.npy", "3", "2")
        results = WORK / "two.json"
        done = subprocess.run([BIN / "npusim", *map(str, sim[1:]), f"b={two}", "--json", results], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(results.read_text())["runs"], 2)

    def test_co_simulation(self):
        cosim = ["npucosim", "--input", f"image={self.image}"]
        for name, content in (("cut.bin", self.program.read_bytes()[:3000]), ("text.bin", b"no program" * 100), ("empty.bin", b"")):
            self.refuses([*cosim, self.file(name, content)], name)
        for path in self.damaged(self.program, ".bin", 6):
            self.survives([*cosim, path, "--max-cycles", "100000"])
        for name, content in (("empty.npy", b""), ("cut.npy", self.image.read_bytes()[:2000])):
            self.refuses(["npucosim", self.program, "--input", f"image={self.file(name, content)}"], name)
        self.refuses([*cosim, self.program, "--json", "/no/such/folder/x.json"], "/no/such/folder/x.json")
        self.refuses([*cosim, self.program, "--model", self.file("no.so", b"no library")], "no.so")

    def test_other_machine(self):
        self.refuses(["npusim", self.program, "--machine", "tile4", "--input", f"image={self.image}"], "edge16")
        other = WORK / "edge16.yaml"
        text = (ROOT / "isa/machines/edge16.yaml").read_text().replace("opcode: 0x06", "opcode: 0x60")
        other.write_text(text)
        shutil.copytree(ROOT / "isa/machines/math", WORK / "math", dirs_exist_ok=True)  # what it imports
        self.refuses(["npusim", self.program, "--machine", other, "--input", f"image={self.image}"], "spec")

    def test_networks(self):
        out = WORK / "n.bin"
        self.refuses(["npuc", self.glyphs, "-o", out, "--output", "nosuchvalue"], "nosuchvalue", outputs=[out])
        self.refuses(["npuc", "--output", "nosuchvalue", self.glyphs, "-o", out], "nosuchvalue", outputs=[out])
        self.refuses(["npuc", self.glyphs, "-o", out, "--shape", "image=1x1x33x33"], "image", outputs=[out])
        self.refuses(["npuc", self.glyphs, "-o", out, "--emit=nothing"], "emit", outputs=[out])
        spec = f"base: {ROOT}/isa/machines/edge16.yaml\nname: small\nprose: Little DRAM.\nmachine: {{dram: {{bytes: 65536}}}}\n"
        small = self.file("small.yaml", spec.encode())
        self.refuses(["npuc", self.glyphs, "-o", out, "--machine", small], "small has 65536 (dram.bytes)", "of constants", outputs=[out])

    def model(self, name, graph):
        """An ONNX file of a graph in protobuf's text form."""
        text = f'ir_version: 8 opset_import {{ version: 13 }} graph {{ name: "g" {graph} }}'
        done = subprocess.run(["protoc", "--encode=onnx.ModelProto", "-I", "/usr/include/onnx", "onnx.proto"],
                              input=text.encode(), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.file(name, done.stdout)

    def test_refused_networks(self):
        def tensor(kind, name, element):
            return f"""{kind} {{ name: "{name}" type {{ tensor_type {{ elem_type: {element} shape {{
                       dim {{ dim_value: 1 }} dim {{ dim_value: 4 }} }} }} }} }}"""
        out = WORK / "refused.bin"
        model = self.model("unknown.onnx", tensor("input", "x", 1) + tensor("output", "c", 1) + """
            node { name: "root" op_type: "Det" input: "x" output: "a" }
            node { name: "soft" op_type: "Softmax" input: "a" output: "b" }
            node { name: "own" op_type: "Mystery" domain: "nowhere" input: "b" output: "c" }""")
        self.refuses(["npuc", model, "-o", out], "unknown.onnx", "'root' (Det)", "'own' (Mystery)", outputs=[out])
        for name, element, what in (("text.onnx", 8, "'x'"), ("complex.onnx", 14, "'x'")):
            model = self.model(name, tensor("input", "x", element) + tensor("output", "a", element) +
                               'node { name: "n" op_type: "Relu" input: "x" output: "a" }')
            self.refuses(["npuc", model, "-o", out], name, what, outputs=[out])

    def test_names_of_output_files(self):
        source = self.file("named.s", b"""\
.machine edge16
.output "../a/b:0", type=i8, shape=1x16, layout=plain, address=a
.output "../a_b_0", type=i8, shape=1x16, layout=plain, address=a
.text
halt
.data
a: .byte 1, 2, 3
   .space 13
""")
        program, folder = WORK / "named.bin", WORK / "named"
        for command in (["npuas", source, "-o", program], ["npusim", program, "--output-dir", folder]):
            done = subprocess.run([BIN / command[0], *map(str, command[1:])], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in folder.rglob("*")), ["_._a_b_0.npy", "_._a_b_0_2.npy"])
        self.assertEqual(np.load(folder / "_._a_b_0.npy")[0, :4].tolist(), [1, 2, 3, 0])

    def test_assembly(self):
        out = WORK / "a.bin"
        source = self.file("bad.s", b".machine edge16\n.text\n  nosuch r1\n  halt extra\n.what 3\n")
        self.refuses(["npuas", source, "-o", out], "bad.s:3:", "bad.s:4:", "bad.s:5:", outputs=[out])


def main():
    global BIN, ROOT, WORK
    BIN, ROOT, WORK = map(pathlib.Path, sys.argv[1:4])
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])


if __name__ == "__main__":
    main()
