// npudis: a program file to assembly text that assembles to the same program.

#include <cstdio>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "npuforge/assembler/file.h"
#include "npuforge/assembler/program.h"
#include "npuforge/assembler/text.h"
#include "npuforge/isa/spec.h"
#include "npuforge/version.h"

#include "common.h"

int main(int argc, char** argv) {
  using namespace npuforge;
  CLI::App app("Disassembles a program of an NPU.", "npudis");
  app.set_version_flag("--version", kVersion);
  std::string input;
  std::optional<std::string> output, machine;
  app.add_option("input", input, "Program file")->required();
  app.add_option("-o,--output", output, "Assembly text to write (default: standard output)");
  app.add_option(
      "--machine", machine,
      "Machine: a reference machine's name or a spec file (default: the one in the program file)");
  return assembler::run_tool(app, argc, argv, [&] {
    const std::string name = machine ? *machine : assembler::read_machine_name(input);
    const isa::Spec spec = isa::load_spec(isa::find_machine(name));
    const std::string text = assembler::disassemble(spec, assembler::read_program(input, spec));
    if (output) {
      assembler::write_file(*output, text);
    } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
               std::fflush(stdout) != 0) {
      throw assembler::ProgramError("cannot write to standard output");
    }
  });
}
