// npudis: a program file to assembly text that assembles to the same program.

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "npuforge/assembler/program.h"
#include "npuforge/assembler/stats.h"
#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"
#include "npuforge/isa/tool.h"
#include "npuforge/version.h"

#include "program_summary.h"

int main(int argc, char** argv) {
  using namespace npuforge;
  CLI::App app("Disassembles a program of an NPU.", "npudis");
  app.set_version_flag("--version", kVersion);
  std::string input, json;
  std::optional<std::string> output, machine;
  app.add_option("input", input, "Program file")->required();
  app.add_option("-o,--output", output, "Assembly text to write (default: standard output)");
  app.add_option(
      "--machine", machine,
      "Machine: a reference machine's name or a spec file (default: the one in the program file)");
  app.add_option("--json", json, "Write the program's sizes, sections, symbols and ports as JSON");
  bool stats = false;
  app.add_flag("--stats", stats,
               "Instead of assembly: instruction mix, fields' ranges in use, bits never set "
               "(--json: the same)");
  return isa::run_tool(app, argc, argv, [&] {
    const std::string name = machine ? *machine : assembler::read_machine_name(input);
    const isa::Spec spec = isa::load_spec(isa::find_machine(name));
    const assembler::Program program = assembler::read_program(input, spec);
    const assembler::ProgramUse use = assembler::use_of(spec, program);
    const std::string text = stats ? print_use(use) : assembler::disassemble(spec, program);
    if (output)
      isa::write_file(*output, text);
    else
      isa::write_stdout(text);
    isa::write_json_file(json, stats ? use_json(use) : assembler::summarise(program, spec));
    return 0;
  });
}
