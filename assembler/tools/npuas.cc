// npuas: assembly text to a program file.

#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/assembler/flow.h"
#include "npuforge/assembler/program.h"
#include "npuforge/assembler/text.h"
#include "npuforge/isa/default_machine.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"
#include "npuforge/isa/tool.h"
#include "npuforge/version.h"

#include "program_summary.h"

using namespace npuforge;

int main(int argc, char** argv) {
  CLI::App app("Assembles a program for an NPU.", "npuas");
  app.set_version_flag("--version", kVersion);
  std::string input, output, json;
  std::optional<std::string> machine;
  app.add_option("input", input, "Assembly text")->required();
  app.add_option("-o,--output", output, "Program file to write")->required();
  app.add_option("--machine", machine,
                 fmt::format("Machine: a reference machine's name or a spec file "
                             "(default: what the text's .machine names, else {})",
                             isa::kDefaultMachine));
  bool checks = false;
  int64_t most = 1'000'000'000;
  auto* check_option = app.add_flag(
      "--check", checks,
      "Refuse programs that may go wrong in some timing: waits without end, accesses outside the "
      "memories, accesses to the same bytes that nothing orders");
  app.add_option("--check-most", most, "Follow at most so many instructions")
      ->needs(check_option)
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000'000}))
      ->capture_default_str();
  app.add_option("--json", json, "Write the program's sizes, sections, symbols and ports as JSON");
  return isa::run_tool(app, argc, argv, [&] {
    const std::string text = isa::read_text_file(input);
    const std::string name =
        machine ? *machine : assembler::machine_of_text(text).value_or(isa::kDefaultMachine);
    const isa::Spec spec = isa::load_spec(isa::find_machine(name));
    const assembler::Program program = assembler::assemble(spec, text, input);
    if (checks)
      for (const std::string& left_out : assembler::require_flow(program, spec, most))
        isa::print_note(left_out);
    assembler::write_program(program, spec, output);
    isa::write_json_file(json, assembler::summarise(program, spec));
    return 0;
  });
}
