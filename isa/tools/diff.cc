// npuisa diff: what changed between two specs. Exit status as that of diff: 0 the same for
// programs, 1 not, 2 trouble.
#include "npuforge/isa/diff.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.h"

namespace npuforge::isa {
namespace {

using nlohmann::json;

struct Options {
  std::string before, after, json_file;
};

std::string show(const std::vector<Change>& changes) {
  std::string out;
  const char* area = "";
  for (const Change& change : changes) {
    if (area != name(change.area))
      out += fmt::format("{}\n", area = name(change.area));
    out += fmt::format("  {} {}: {}\n", change.breaks ? '!' : ' ', fmt::join(change.subjects, ", "),
                       change.what);
  }
  return out.empty() ? "no changes\n" : out;
}

std::string verdict(bool same, long breaking) {
  if (same)
    return "Old binaries run: what programs depend on is the same (one hash).\n";
  if (breaking == 0)
    return "Old binaries do not load, as the hash is another. Their words keep their meaning: "
           "assemble "
           "or compile again.\n";
  return fmt::format(
      "Old binaries do not load, and would not run: {} change{} (marked !) break{} them.\n",
      breaking, breaking == 1 ? "" : "s", breaking == 1 ? "s" : "");
}

json to_json(const Spec& before, const Spec& after, const std::vector<Change>& changes,
             long breaking) {
  auto spec = [](const Spec& s) {
    return json{{"spec", s.source}, {"machine", s.machine.name}, {"hash", s.hash}};
  };
  json list = json::array();
  for (const Change& change : changes)
    list.push_back({{"area", name(change.area)},
                    {"subjects", change.subjects},
                    {"what", change.what},
                    {"in_hash", change.in_hash},
                    {"breaks", change.breaks}});
  return {{"old", spec(before)},
          {"new", spec(after)},
          {"old_binaries_run", before.hash == after.hash},
          {"old_words_keep_meaning", breaking == 0},
          {"changes", list}};
}

/// True if programs see no change.
bool diff(const Options& options) {
  const Spec before = load_machine(options.before), after = load_machine(options.after);
  const std::vector<Change> changes = compare(before, after);
  const long breaking =
      std::count_if(changes.begin(), changes.end(), [](const Change& c) { return c.breaks; });
  const bool same = before.hash == after.hash;
  write_json(options.json_file, to_json(before, after, changes, breaking));
  print_text(show(changes) + verdict(same, breaking));
  return same;
}

} // namespace

void add_diff(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "diff", "What changed between two specs, and whether old binaries still run");
  command->add_option("old", options->before, kMachineHelp)->required();
  command->add_option("new", options->after, kMachineHelp)->required();
  command->add_option("--json", options->json_file, "Write the changes to this file");
  command->footer("Exit status: 0 if old binaries still run, 1 if not, 2 for bad input.");
  command->callback([options, &status] {
    try {
      status = diff(*options) ? 0 : 1;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      status = 2;
    }
  });
}

} // namespace npuforge::isa
