// npuisa generate: what must be code, or is read elsewhere.
#include "npuforge/isa/generate.h"

#include <memory>

#include "commands.h"

namespace npuforge::isa {
namespace {

/// Something that can be generated.
struct Target {
  const char* option;
  const char* help;
  void (*generate)(const Spec&, const std::filesystem::path&);
};

constexpr Target kTargets[] = {
    {"--sv", "Write the SystemVerilog of the spec to this directory", generate_systemverilog},
    {"--cpp", "Write a C++17 header with encoders and decoders to this directory", generate_cpp},
    {"--registers", "Write a C header of the control and status registers to this directory",
     generate_registers},
    {"--manual", "Write the manual as Markdown and HTML to this directory", generate_manual},
    {"--highlight", "Write syntax highlighting for VS Code and Vim to this directory",
     generate_highlight},
};

struct Options {
  std::string name;
  std::string directories[std::size(kTargets)];
};

void generate(const Options& options) {
  Spec spec = load_machine(options.name);
  for (std::size_t i = 0; i < std::size(kTargets); ++i)
    if (!options.directories[i].empty())
      kTargets[i].generate(spec, options.directories[i]);
}

} // namespace

void add_generate(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("generate", "Generates code and documents from a spec");
  command->add_option("machine", options->name, kMachineHelp)->required();
  CLI::Option_group* group = command->add_option_group("What to generate", "At least one of these");
  for (std::size_t i = 0; i < std::size(kTargets); ++i)
    group->add_option(kTargets[i].option, options->directories[i], kTargets[i].help)
        ->type_name("DIR");
  group->require_option(1, std::size(kTargets));
  command->callback([options] { generate(*options); });
}

} // namespace npuforge::isa
