// npuisa propose: which instructions would make networks faster. The compiler and the simulator
// beside this program compile and measure; mining what they say is src/propose*.
#include "npuforge/isa/propose.h"

#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "npuforge/isa/default_machine.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/output.h"

#include "chains_json.h"
#include "commands.h"
#include "siblings.h"

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Options {
  std::vector<std::string> models;
  std::string machine = kDefaultMachine, apply, json_file;
  int most = 3;
};

/// A directory that goes with its contents.
class Scratch {
public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "npuisa-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error(fmt::format("error: no temporary directory: {}", name));
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const char* name) const { return (path_ / name).string(); }

private:
  fs::path path_;
};

/// What a model costs on a machine, and the chains of its vector instructions.
struct Measured {
  int64_t cycles;
  std::vector<Chain> chains;
};

Measured measure(const std::string& model, const std::string& machine, const Spec& spec,
                 const Scratch& scratch) {
  const std::string program = scratch.file("program.bin"), chains = scratch.file("chains.json"),
                    report = scratch.file("report.json");
  run_sibling("npuc", {model, "--machine", machine, "-o", program, "--maps-json", chains});
  run_sibling("npusim", {program, "--machine", machine, "--timing-only", "--json", report});
  return {json::parse(read_text_file(report)).at("cycles").get<int64_t>(),
          read_chains(json::parse(read_text_file(chains)), spec, model)};
}

/// The chains hold instructions of `spec`.
std::vector<Measured> measure_all(const Options& options, const std::string& machine,
                                  const Spec& spec) {
  const Scratch scratch;
  std::vector<Measured> all;
  for (const std::string& model : options.models)
    all.push_back(measure(model, machine, spec, scratch));
  return all;
}

std::string describe(const Proposal& p) {
  return fmt::format(
      "# {}: {} cycles of the vector unit less (predicted), for {}\n#   used by {}\n", p.mnemonic,
      p.saving, fmt::join(p.replaces, ", "), fmt::join(p.where, ", "));
}

/// The sections of a spec that has the proposals.
std::string entries(const std::vector<Proposal>& proposals) {
  std::string text = "formats:\n";
  for (const Proposal& p : proposals)
    text += p.format;
  text += "\ninstructions:\n";
  for (const Proposal& p : proposals)
    text += p.instruction;
  return text;
}

/// Writes the machine with the proposals, and what the models then cost.
json apply(const Options& options, const Spec& spec, const std::vector<Proposal>& proposals,
           const std::vector<Measured>& before) {
  const fs::path base = fs::absolute(find_machine(options.machine)).lexically_normal();
  std::string text = fmt::format("# {} and the instructions that were proposed for {}.\n",
                                 spec.machine.name, fmt::join(options.models, ", "));
  text += fmt::format("base: {}\nname: {}_fused\n\n", base.string(), spec.machine.name);
  for (const Proposal& p : proposals)
    text += describe(p);
  text += "\n" + entries(proposals);
  const Spec fused = parse_spec(text, options.apply);
  write_output(options.apply, text);

  const std::vector<Measured> after = measure_all(options, options.apply, fused);
  print_text(fmt::format("\n{} is written; cycles by simulation:\n", options.apply));
  json rows = json::array();
  for (std::size_t m = 0; m < options.models.size(); ++m) {
    const int64_t was = before[m].cycles, is = after[m].cycles;
    print_text(fmt::format("  {}: {} -> {} ({:+.1f} %)\n", options.models[m], was, is,
                           100.0 * static_cast<double>(is - was) / static_cast<double>(was)));
    rows.push_back({{"model", options.models[m]}, {"before", was}, {"after", is}});
  }
  return rows;
}

json to_json(const std::vector<Proposal>& proposals) {
  json list = json::array();
  for (const Proposal& p : proposals)
    list.push_back({{"mnemonic", p.mnemonic},
                    {"saving", p.saving},
                    {"replaces", p.replaces},
                    {"where", p.where},
                    {"format", p.format},
                    {"instruction", p.instruction}});
  return list;
}

void run(const Options& options) {
  const Spec spec = load_machine(options.machine);
  const std::vector<Measured> measured = measure_all(options, options.machine, spec);
  std::vector<Chain> chains;
  for (const Measured& m : measured)
    chains.insert(chains.end(), m.chains.begin(), m.chains.end());
  const std::vector<Proposal> proposals = propose(spec, chains, options.most);
  json report{
      {"machine", spec.machine.name}, {"chains", chains.size()}, {"proposals", to_json(proposals)}};
  if (proposals.empty()) {
    print_text(fmt::format("no instruction would save cycles: {} chains of vector instructions in "
                           "{} model{}, none of two and more that could be one\n",
                           chains.size(), options.models.size(),
                           options.models.size() == 1 ? "" : "s"));
  } else {
    for (const Proposal& p : proposals)
      print_text(describe(p));
    print_text("\n" + entries(proposals));
    if (!options.apply.empty())
      report["applied"] = apply(options, spec, proposals, measured);
  }
  write_json(options.json_file, report);
}

} // namespace

void add_propose(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "propose", "Proposes instructions that would make networks faster, as YAML entries");
  command->add_option("models", options->models, "ONNX models")->required();
  command->add_option("--machine", options->machine, kMachineHelp)->capture_default_str();
  command->add_option("--most", options->most, "How many instructions at most")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command->add_option("--apply", options->apply,
                      "Write the machine with them to this file, compile and simulate again");
  command->add_option("--json", options->json_file, "Write the same as JSON to this file");
  command->callback([options] { run(*options); });
}

} // namespace npuforge::isa
