// npuisa check: all problems of specs at once.
#include <memory>

#include <fmt/format.h>

#include "commands.h"

namespace npuforge::isa {
namespace {

using nlohmann::json;

json diagnostics_json(const SpecError& error) {
  json list = json::array();
  for (const Diagnostic& d : error.diagnostics())
    list.push_back(
        {{"file", d.file}, {"line", d.line}, {"column", d.column}, {"message", d.message}});
  return list;
}

/// One machine; true if it is good.
bool check_one(const std::string& name, json& results) {
  json result{{"spec", name}, {"problems", json::array()}};
  bool good = true;
  try {
    Spec spec = load_machine(name);
    print_text(fmt::format("{}: {} formats, {} instructions, hash {}\n", name, spec.formats.size(),
                           spec.instructions.size(), spec.hash.substr(0, 12)));
    result["machine"] = spec.machine.name;
    result["hash"] = spec.hash;
  } catch (const SpecError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    result["problems"] = diagnostics_json(error);
    good = false;
  }
  results.push_back(std::move(result));
  return good;
}

struct Options {
  std::vector<std::string> names;
  std::string json_file;
};

} // namespace

void add_check(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "Checks specs and reports all problems at once");
  command->add_option("machine", options->names, kMachineHelp)->required();
  command->add_option("--json", options->json_file, "Write results and problems to this file");
  command->callback([options, &status] {
    json results = json::array();
    for (const std::string& name : options->names)
      if (!check_one(name, results))
        status = 1;
    write_json(options->json_file, results);
  });
}

} // namespace npuforge::isa
