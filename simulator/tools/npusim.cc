// npusim: runs a program on the cycle-accurate model.

#include <chrono>
#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

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
}

/// Everything as it is before a run: the program, its data, the inputs.
void load(const Arguments& arguments, const assembler::Program& program,
          const isa::Machine& machine, Simulator& simulator) {
  simulator.load(program);
  if (!arguments.timing_only || !arguments.inputs.empty())
    write_inputs(arguments, program, machine, simulator.dram());
}

/// One run; its wall time, without loading, goes to the end of `seconds`.
RunStats timed_run(Simulator& simulator, EventSink* sink, std::vector<double>& seconds) {
  auto start = std::chrono::steady_clock::now();
  RunStats stats = simulator.run(sink);
  seconds.push_back(seconds_since(start));
  return stats;
}

void run(const Arguments& arguments) {
  check(arguments);
  std::string machine = arguments.machine.empty() ? assembler::read_machine_name(arguments.program)
                                                  : arguments.machine;
  isa::Spec spec = isa::load_spec(isa::find_machine(machine));
  assembler::Program program = assembler::read_program(arguments.program, spec);
  Simulator simulator(spec,
                      {.timing_only = arguments.timing_only, .max_cycles = arguments.max_cycles});
  load(arguments, program, spec.machine, simulator);

  InstructionNames names(spec, program);
  std::optional<TraceWriter> trace;
  std::optional<LogWriter> log;
  std::optional<Progress> progress;
  Observers observers;
  if (!arguments.trace.empty())
    observers.add(&trace.emplace(arguments.trace, names));
  if (!arguments.log.empty())
    observers.add(&log.emplace(arguments.log, spec, program));
  if (!arguments.quiet && isatty(STDERR_FILENO))
    observers.add(&progress.emplace(program.text.size()));

  std::vector<double> seconds;
  for (int64_t again = 1; again < arguments.repeat; ++again) {
    timed_run(simulator, nullptr, seconds);
    load(arguments, program, spec.machine, simulator);
  }
  RunStats stats = timed_run(simulator, observers.get(), seconds);
  Results results{spec, program, stats, seconds, {}};
  progress.reset();
  if (!arguments.output_dir.empty())
    results.outputs = write_outputs(arguments.output_dir, program, spec.machine, simulator.dram());
  if (trace)
    trace->finish(stats);
  if (log)
    log->finish();
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
  try {
    app.parse(argc, argv);
    npuforge::simulator::run(arguments);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "npusim: %s\n", error.what());
    return 1;
  }
}
