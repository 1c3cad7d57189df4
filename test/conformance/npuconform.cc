// npuconform: ONNX's own test data, compiled, run and compared. README.md.
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/version.h"

#include "execute.h"
#include "pool.h"
#include "report.h"

namespace {

using namespace npuforge::conformance;

struct Options {
  std::vector<std::filesystem::path> folders;
  std::filesystem::path rules = npuforge::verify::rules_file();
  std::filesystem::path markdown, json;
  std::string filter;
  Target target;
  size_t every = 1;
  unsigned processes = 2;
  double seconds = 60;
  int at_least = -1;
  bool quiet = false;
};

/// Every n-th of the cases whose name has the filter's text.
std::vector<Case> select(const std::vector<Case>& all, const Options& options) {
  std::vector<Case> chosen;
  size_t number = 0;
  for (const Case& test : all)
    if (test.name.find(options.filter) != std::string::npos && number++ % options.every == 0)
      chosen.push_back(test);
  return chosen;
}

void write(const std::filesystem::path& file, const std::string& text) {
  if (file.empty())
    return;
  const std::filesystem::path part = file.string() + ".part";
  std::ofstream(part) << text;
  std::filesystem::rename(part, file);
}

std::string described(const Target& target) {
  if (target.machine.empty())
    return "Run in the reference interpreter.";
  return fmt::format("Compiled for {} and simulated; the array multiplies f32 in {}.",
                     target.machine, target.precision);
}

int run(const Options& options) {
  const Rules rules(options.rules);
  const std::vector<Case> cases = select(find_cases(options.folders), options);
  const std::vector<Outcome> outcomes =
      run_pool(cases.size(), options.processes, options.seconds,
               [&](size_t i) { return execute(cases[i], rules, options.target); });
  int passed = 0, failed = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    passed += outcomes[i].status == Status::kPassed;
    failed += outcomes[i].status == Status::kFailed;
    if (outcomes[i].status == Status::kFailed && !options.quiet)
      fmt::print("{}/{}: {}\n", cases[i].suite, cases[i].name, outcomes[i].reason);
  }
  fmt::print("{}", summary(cases, outcomes));
  write(options.markdown, markdown(cases, outcomes, described(options.target)));
  write(options.json, json(cases, outcomes));
  if (options.at_least < 0)
    return failed == 0 ? 0 : 1;
  if (passed < options.at_least)
    fmt::print("{} passed, at least {} should\n", passed, options.at_least);
  return passed < options.at_least ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Compiles and runs ONNX test data, and compares", "npuconform");
  app.set_version_flag("--version", npuforge::kVersion);
  app.add_option("folders", options.folders, "folders with cases below them")->required();
  app.add_option("--machine", options.target.machine,
                 "compile for it and simulate (without it: the reference interpreter)");
  app.add_option("--precision", options.target.precision,
                 "the type in which the array multiplies f32, with that type's tolerance")
      ->check(CLI::IsMember({"f32", "f16", "bf16"}))
      ->needs("--machine")
      ->capture_default_str();
  app.add_option("--rules", options.rules, "tolerances, exclusions")->capture_default_str();
  app.add_option("--markdown", options.markdown, "writes the report");
  app.add_option("--json", options.json, "writes the outcomes");
  app.add_option("--filter", options.filter, "only cases whose name has this text");
  app.add_option("--every", options.every, "only each n-th case")->check(CLI::PositiveNumber);
  app.add_option("--processes", options.processes)->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--seconds", options.seconds, "time of a case")->capture_default_str();
  app.add_option("--at-least", options.at_least,
                 "the exit status is 0 if so many pass (without it: if none fails)");
  app.add_flag("--quiet", options.quiet, "no line for a case that fails");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "npuconform: {}\n", error.what());
    return 1;
  }
}
