// npusim: runs a program on the cycle-accurate model.

#include <chrono>
#include <cstdio>
#include <optional>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/assembler/plane_bars.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/tool.h"
#include "npuforge/simulator/simulator.h"
#include "npuforge/version.h"

#include "files.h"
#include "log.h"
#include "progress.h"
#include "report.h"
#include "trace.h"

namespace npuforge::simulator {
namespace {

/// Gives each event to all who want it.
class Observers : public EventSink {
public:
  void on_complete(const InstructionEvent& event) override {
    for (EventSink* sink : sinks_)
      sink->on_complete(event);
  }
  void add(EventSink* sink) { sinks_.push_back(sink); }
  EventSink* get() { return sinks_.empty() ? nullptr : this; }

private:
  std::vector<EventSink*> sinks_;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check(const Arguments& arguments) {
  if (arguments.timing_only && !arguments.output_dir.empty())
    throw CLI::ValidationError("--timing-only", "there are no values to write to --output-dir");
  if (arguments.batch && arguments.inputs.empty())
    throw CLI::ValidationError("--batch", "needs an --input, whose leading axis says how many");
  if (!arguments.predicted.empty() && arguments.plane.empty())
    throw CLI::ValidationError("--predicted", "needs --plane, which shows it");
  if (arguments.batch && arguments.repeat > 1)
    throw CLI::ValidationError("--batch", "excludes --repeat");
}

/// Who looks at the runs' events, and in the end says so in files.
struct Observed {
  InstructionNames names;
  std::optional<TraceWriter> trace;
  std::optional<LogWriter> log;
  std::optional<Progress> progress;
  Observers any_run, last_run;

  Observed(const Arguments& arguments, const isa::Spec& spec, const assembler::Program& program,
           int64_t runs)
      : names(spec, program) {
    if (!arguments.trace.empty())
      last_run.add(&trace.emplace(arguments.trace, names, spec.machine.cores));
    if (!arguments.log.empty())
      last_run.add(&log.emplace(arguments.log, spec, program));
    if (!arguments.quiet && isa::ProgressBar::visible()) {
      any_run.add(&progress.emplace(program.text.size(), runs));
      last_run.add(&*progress);
    }
  }
  void finish(const RunStats& last) {
    if (trace)
      trace->finish(last);
    if (log)
      log->finish();
  }
};

/// The layers of each core from their first instruction to their last.
void write_plane(const RunStats& stats, const isa::Machine& machine, const Arguments& arguments) {
  std::vector<assembler::PlaneBar> bars;
  auto add = [&](int core, const RunStats& of_core) {
    for (const LayerStats& layer : of_core.layers)
      if (layer.last_complete > 0)
        bars.push_back({core, layer.layer, layer.first_issue, layer.last_complete});
  };
  for (size_t core = 0; core < stats.cores.size(); ++core)
    add(static_cast<int>(core), stats.cores[core]);
  if (stats.cores.empty())
    add(0, stats);
  std::vector<assembler::PlaneBar> predicted;
  if (!arguments.predicted.empty())
    predicted = assembler::read_plane(arguments.predicted);
  for (const assembler::PlaneBar& bar : predicted)
    if (bar.core >= machine.cores)
      throw assembler::ProgramError(fmt::format("{}: error: has tasks of core {}; {} has {}",
                                                arguments.predicted.string(), bar.core,
                                                machine.name, machine.cores));
  const std::string title = arguments.program.filename().string() + " on " + machine.name +
                            fmt::format(", {} cycles in the simulator", stats.cycles);
  isa::write_file(arguments.plane, arguments.plane.extension() == ".svg"
                                       ? assembler::plane_svg(bars, title, predicted)
                                       : assembler::plane_text(bars, predicted));
}

void run(const Arguments& arguments) {
  check(arguments);
  std::string machine = arguments.machine.empty() ? assembler::read_machine_name(arguments.program)
                                                  : arguments.machine;
  isa::Spec spec = isa::load_spec(isa::find_machine(machine));
  assembler::Program program = assembler::read_program(arguments.program, spec);
  Simulator simulator(spec, {.timing_only = arguments.timing_only,
                             .max_cycles = arguments.max_cycles,
                             .host_latency = arguments.host_latency,
                             .check_order = arguments.check_order});
  std::optional<Inputs> inputs;
  if (!arguments.timing_only || !arguments.inputs.empty())
    inputs.emplace(arguments, program);
  int64_t runs = arguments.batch ? inputs->count() : arguments.repeat;
  Observed observed(arguments, spec, program, runs);
  Outputs outputs(program, spec.machine);
  const std::vector<std::string> types = assembler::type_notes(program);
  std::set<std::string> notes(types.begin(), types.end()); // each is printed once, at the end
  Results results{spec, program, {}, {}, {}, {}};
  for (int64_t number = 0; number < runs; ++number) {
    bool last = number + 1 == runs;
    simulator.load(program);
    if (inputs)
      inputs->write(arguments.batch ? number : 0, spec.machine, simulator.dram(), notes);
    auto start = std::chrono::steady_clock::now();
    results.stats = simulator.run((last ? observed.last_run : observed.any_run).get());
    results.seconds.push_back(seconds_since(start));
    results.total.add(results.stats);
    if (observed.progress)
      observed.progress->end_run(results.stats.cycles);
    if (!arguments.output_dir.empty() && (last || arguments.batch))
      outputs.add(simulator.dram());
  }
  observed.progress.reset();
  for (const std::string& note : notes)
    isa::print_note(note);
  if (!arguments.output_dir.empty())
    results.outputs = outputs.write(arguments.output_dir);
  observed.finish(results.stats);
  if (!arguments.plane.empty())
    write_plane(results.stats, spec.machine, arguments);
  if (!arguments.json.empty())
    write_json(results, arguments);
  if (!arguments.quiet)
    std::fputs(summary(results, arguments).c_str(), stdout);
}

} // namespace
} // namespace npuforge::simulator

int main(int argc, char** argv) {
  CLI::App app("Runs a program on the cycle-accurate model of its machine.", "npusim");
  app.set_version_flag("--version", npuforge::kVersion);
  npuforge::simulator::Arguments arguments;
  npuforge::simulator::add_options(app, arguments);
  return npuforge::isa::run_tool(app, argc, argv, [&] {
    npuforge::simulator::run(arguments);
    return 0;
  });
}
