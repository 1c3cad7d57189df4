// npuisa show: a spec as text for people, and as JSON.
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "commands.h"
#include "show.h"
#include "spec_json.h"

namespace npuforge::isa {
namespace {

struct Options {
  std::string name, mnemonic, json_file;
};

void show(const Options& options) {
  Spec spec = load_machine(options.name);
  if (options.mnemonic.empty()) {
    write_json(options.json_file, spec_json(spec));
    print_text(show_spec(spec));
    return;
  }
  const Instruction* instruction = spec.find(options.mnemonic);
  if (!instruction)
    throw std::runtime_error(
        fmt::format("{}: error: no instruction '{}'", spec.source, options.mnemonic));
  write_json(options.json_file, instruction_json(spec, *instruction));
  print_text(show_instruction(spec, *instruction));
}

} // namespace

void add_show(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("show", "Shows sizes, encodings and instructions");
  command->add_option("machine", options->name, kMachineHelp)->required();
  command->add_option("--instruction", options->mnemonic, "Only this instruction");
  command->add_option("--json", options->json_file, "Write the same as JSON to this file");
  command->callback([options] { show(*options); });
}

} // namespace npuforge::isa
