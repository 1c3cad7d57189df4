// npuisa stats: what a program uses of its instruction set. This part knows no programs, so it asks
// the disassembler that was built beside it.
#include <memory>

#include "commands.h"
#include "siblings.h"

namespace npuforge::isa {
namespace {

struct Options {
  std::string program, machine, json_file;
};

[[noreturn]] void run_disassembler(const Options& options) {
  std::vector<std::string> words{"--stats"};
  if (!options.machine.empty())
    words.insert(words.end(), {"--machine", options.machine});
  if (!options.json_file.empty())
    words.insert(words.end(), {"--json", options.json_file});
  words.insert(words.end(), {"--", options.program});
  become_sibling("npudis", words);
}

} // namespace

void add_stats(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "stats",
      "Instruction mix of a program, ranges of its fields, bits never set (npudis --stats)");
  command->add_option("program", options->program, "Program file")->required();
  command->add_option("--machine", options->machine,
                      "Machine (default: the one in the program file)");
  command->add_option("--json", options->json_file, "Write the same as JSON to this file");
  command->callback([options] { run_disassembler(*options); });
}

} // namespace npuforge::isa
