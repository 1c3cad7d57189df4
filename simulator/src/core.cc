#include "core.h"

#include <algorithm>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

#include "issue.h"
#include "load.h"
#include "matrix.h"
#include "memory.h"
#include "sequencer.h"
#include "store.h"
#include "vector.h"
#include "weights.h"

namespace npuforge::simulator {

std::string describe(const RunContext& context, Cycle at, uint32_t pc, const std::string& reason) {
  std::string text = "?";
  if (pc < context.program->text.size())
    if (auto decoded = isa::decode(*context.spec, context.program->text[pc]))
      text = assembler::print_instruction(*context.spec, *decoded);
  return fmt::format("cycle {}, pc {} ({}): {}", at, pc, text, reason);
}

Core& Core::instance() {
  static Core* core = new Core("core"); // SystemC's own registry outlives main
  return *core;
}

Core::Core(sc_core::sc_module_name name) : sc_module(name) {
  tick_ = sc_core::sc_time(1, sc_core::SC_NS).value();
  sequencer = std::make_unique<Sequencer>("sequencer", *this);
  issue = std::make_unique<Issue>("issue", *this);
  load = std::make_unique<Load>("load", *this);
  weights = std::make_unique<Weights>("weights", *this);
  matrix = std::make_unique<Matrix>("matrix", *this);
  vector = std::make_unique<Vector>("vector", *this);
  store = std::make_unique<Store>("store", *this);
  memory = std::make_unique<Memory>("memory", *this);
}

Core::~Core() = default;

void Core::wake(sc_core::sc_event& event, Cycle at) const {
  Cycle delay = at - now();
  if (delay <= 0)
    event.notify(sc_core::SC_ZERO_TIME);
  else
    event.notify(sc_core::sc_time::from_value(static_cast<uint64_t>(delay) * tick_));
}

void Core::reset() {
  origin_ = sc_core::sc_time_stamp().value();
  stopped_ = false;
  error_.clear();
  int most = machine().token_max;
  for (auto& from : tokens)
    for (Credits& to : from)
      to.reset(most, 0);
  for (auto& from : room)
    for (Credits& to : from)
      to.reset(most, most);
  ports.reset(machine());
  accounting.reset(*context.program, machine());
  memory->reset();
  load->reset();
  store->reset();
  weights->reset();
  vector->reset();
  issue->reset();
  sequencer->reset();
}

void Core::begin(const RunContext& run) {
  context = run;
  reset();
}

RunStats Core::run(const RunContext& run) {
  if (sc_core::sc_get_status() < sc_core::SC_START_OF_SIMULATION)
    sc_core::sc_start(sc_core::SC_ZERO_TIME); // elaborates
  begin(run);
  while (!stopped_ && sc_core::sc_pending_activity())
    sc_core::sc_start(sc_core::sc_max_time() - sc_core::sc_time_stamp(),
                      sc_core::SC_EXIT_ON_STARVATION);
  if (!stopped_)
    throw SimulationError(deadlock_report());
  if (!error_.empty())
    throw SimulationError(error_);
  return std::move(accounting.stats);
}

void Core::completes(Job& job) {
  int u = index(job.unit());
  // Only who may wait for just this is woken: other credits were there to be seen.
  bool wakes_sequencer = false, wakes_issue = job.plan->instruction->timing.dynamic;
  for (int w = 0; job.op->post >> w; ++w) {
    if (!(job.op->post >> w & 1))
      continue;
    (w == 0 ? wakes_sequencer : wakes_issue) |= tokens[u][w].size() == 0;
    tokens[u][w].give(job.complete);
  }
  accounting.completed(job);
  issue->completed(job);
  if (context.sink)
    context.sink->on_complete(
        {job.sequence, job.pc, job.unit(), job.dispatch, job.issue, job.complete});
  if (wakes_issue)
    wake_issue(job.complete);
  if (wakes_sequencer || issue->drained_at() < kNever)
    wake_sequencer(job.complete);
}

void Core::wake_sequencer(Cycle at) {
  sequencer->wake(at);
}
void Core::wake_issue(Cycle at) {
  issue->wake(at);
}

void Core::finish(Cycle cycles) {
  accounting.finish(cycles);
  stop(cycles);
}

void Core::fail(Cycle at, uint32_t pc, const std::string& reason) {
  if (stopped_)
    return;
  error_ = describe(context, at, pc, reason);
  stop(at + 1);
}

void Core::stop(Cycle end) {
  stopped_ = true;
  if (context.ended)
    context.ended(end);
  else
    sc_core::sc_pause();
}

std::string Core::deadlock_report() const {
  std::string report = fmt::format("deadlock: nothing can happen after cycle {}", now());
  report += "\n  " + sequencer->waiting();
  for (const std::string& line : issue->waiting())
    report += "\n  " + line;
  return report;
}

} // namespace npuforge::simulator
