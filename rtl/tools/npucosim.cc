// npucosim: the SystemC model and the Verilated RTL on the same program and input; equal to the
// cycle and the byte, or exit 1.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/isa/progress.h"
#include "npuforge/isa/tool.h"
#include "npuforge/rtl/compare.h"
#include "npuforge/version.h"

#include "report.h"

namespace {

using namespace npuforge;

struct Arguments {
  std::filesystem::path program;
  std::vector<std::string> inputs;
  std::string machine;
  std::filesystem::path model, json;
  int64_t max_cycles = 1'000'000'000'000;
};

cosim::Input parse_input(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CLI::ValidationError("--input", fmt::format("'{}' is not NAME=FILE", text));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// The model that the build has made for the machine, unless one is named.
std::filesystem::path find_model(const Arguments& arguments, const isa::Spec& spec) {
  if (!arguments.model.empty())
    return arguments.model;
  std::filesystem::path file = std::filesystem::path(NPUFORGE_RTL_MODEL_DIR) /
                               fmt::format("librtl_{}.so", spec.machine.name);
  if (!std::filesystem::exists(file))
    throw rtl::RtlError(fmt::format("there is no RTL model of '{0}' ({1}); make one with "
                                    "rtl/build_model.sh SPEC DIR and give it with --model",
                                    spec.machine.name, file.string()));
  return file;
}

/// The RTL starts a program once: nobody lets it go on where it stops for the host.
void check_stops(const assembler::Program& program) {
  for (const assembler::Stop& stop : program.stops)
    if (stop.resumes)
      throw rtl::RtlError(
          fmt::format("the program stops for the host at instruction {} ({}), which "
                      "only npusim lets go on; compile it without --control host",
                      stop.at, stop.reason));
}

/// 0: equal, 1: not.
int co_simulate(const Arguments& arguments) {
  std::string machine = arguments.machine.empty() ? assembler::read_machine_name(arguments.program)
                                                  : arguments.machine;
  isa::Spec spec = isa::load_spec(isa::find_machine(machine));
  assembler::Program program = assembler::read_program(arguments.program, spec);
  check_stops(program);
  isa::ProgressBar bar("RTL");
  auto show = [&](int64_t cycle, int64_t total) {
    if (bar.due())
      bar.show(static_cast<double>(cycle) / static_cast<double>(total),
               fmt::format("{} of {} cycles", cycle, total));
  };
  cosim::Job job{spec, program, {}, arguments.max_cycles, show};
  for (const std::string& input : arguments.inputs)
    job.inputs.push_back(parse_input(input));
  rtl::Library library(find_model(arguments, spec), spec);
  simulator::Simulator model(spec, {.max_cycles = arguments.max_cycles});
  cosim::Outcome outcome = cosim::co_simulate(job, library, model);
  bar.clear();
  cosim::print_summary(job, outcome);
  cosim::write_json(job, outcome, arguments.json);
  return outcome.equal() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs a program on the SystemC model and on the RTL, and compares every cycle and "
               "every byte.",
               "npucosim");
  app.set_version_flag("--version", kVersion);
  Arguments arguments;
  app.add_option("program", arguments.program, "Program file")->required();
  app.add_option("--input", arguments.inputs,
                 "NAME=FILE.npy: a network input; may be given for each")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--machine", arguments.machine,
                 "Machine: a reference machine's name or a spec file (default: the program's)");
  app.add_option("--model", arguments.model,
                 "Library of the Verilated RTL (default: the build's, by the machine's name)");
  app.add_option("--json", arguments.json, "Write the results to this file");
  app.add_option("--max-cycles", arguments.max_cycles, "Give up after so many cycles")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000'000'000}));
  return isa::run_tool(app, argc, argv, [&] { return co_simulate(arguments); });
}
