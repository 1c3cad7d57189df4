// npuisa stats: what a program uses of its instruction set. This part knows no programs, so it asks
// the disassembler that was built beside it.
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "commands.h"

namespace npuforge::isa {
namespace {

struct Options {
  std::string program, machine, json_file;
};

[[noreturn]] void run_disassembler(const Options& options) {
  const std::filesystem::path tool =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "npudis";
  std::vector<std::string> words{tool.string(), "--stats"};
  if (!options.machine.empty())
    words.insert(words.end(), {"--machine", options.machine});
  if (!options.json_file.empty())
    words.insert(words.end(), {"--json", options.json_file});
  words.insert(words.end(), {"--", options.program});
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(tool.c_str(), arguments.data());
  throw std::runtime_error(
      fmt::format("{}: error: cannot be started: {}", tool.string(), std::strerror(errno)));
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
