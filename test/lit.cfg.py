"""How lit runs the text tests below this folder (*.mlir, *.test).

RUN lines name the programs plainly (`npuc`, `npu-opt`, `FileCheck`, `not`): the build's bin comes first on
PATH, then LLVM's. By hand: /usr/lib/llvm-22/bin/lit -v test/compiler [--param build=DIR]
"""

import os

import lit.formats

source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.abspath(lit_config.params.get("build", os.path.join(source, "build")))
programs = os.path.join(build, "bin")
if not os.path.isdir(programs):
    lit_config.fatal(f"no programs in {programs}: run ./dev build first")

config.name = "npuforge"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(build, "lit")

path = [programs, "/usr/lib/llvm-22/bin", config.environment.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
for name in ("HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# %root: this repository; %machines: the reference machines; %build: the build directory.
config.substitutions += [
    ("%root", source),
    ("%machines", os.path.join(source, "isa", "machines")),
    ("%build", build),
]
