#include "core.h"

#include <algorithm>

#include <fmt/format.h>

#include "issue.h"
#include "load.h"
#include "matrix.h"
#include "memory.h"
#include "sequencer.h"
#include "store.h"
#include "vector.h"
#include "weights.h"

namespace npuforge::simulator {

Core::Core(sc_core::sc_module_name name, Cluster& the_cluster, int the_number)
    : sc_module(name), cluster(the_cluster), number(the_number), memory(&the_cluster.memory()),
      context(the_cluster.context()) {
  sequencer = std::make_unique<Sequencer>("sequencer", *this);
  issue = std::make_unique<Issue>("issue", *this);
  load = std::make_unique<Load>("load", *this);
  weights = std::make_unique<Weights>("weights", *this);
  matrix = std::make_unique<Matrix>("matrix", *this);
  vector = std::make_unique<Vector>("vector", *this);
  store = std::make_unique<Store>("store", *this);
}

Core::~Core() = default;

void Core::cancel() {
  sequencer->cancel();
  issue->cancel();
  load->cancel();
  store->cancel();
}

void Core::reset() {
  ended_ = false;
  int most = machine().token_max;
  for (auto& from : tokens)
    for (Credits& to : from)
      to.reset(most, 0);
  for (auto& from : room)
    for (Credits& to : from)
      to.reset(most, most);
  ports.reset(machine());
  signals.reset(machine().events);
  accounting.reset(*context.program, machine());
  load->reset();
  store->reset();
  weights->reset();
  vector->reset();
  issue->reset();
  sequencer->reset();
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
  if (job.plan->action == isa::Action::Signal)
    cluster.signal(number, job);
  accounting.completed(job);
  issue->completed(job);
  if (context.sink)
    context.sink->on_complete(
        {job.sequence, job.pc, job.unit(), job.dispatch, job.issue, job.complete, number});
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
  ended_ = true;
  cluster.core_ended(cycles);
}

void Core::fail(Cycle at, uint32_t pc, const std::string& reason) {
  cluster.fail(at, describe(at, pc, reason));
}

void Core::check_signals(Cycle at) {
  if (const std::optional<Signals::Overflow> wrong = signals.overflow(at))
    cluster.core(wrong->last.core)
        .fail(at, wrong->last.pc,
              fmt::format("the counter of event {} of core {} would hold {} signals, more than {}",
                          wrong->event, number, signals.present(wrong->event, at),
                          machine().events.max));
}

std::vector<std::string> Core::waiting() const {
  if (ended_)
    return {};
  std::vector<std::string> lines{sequencer->waiting()};
  for (std::string& line : issue->waiting())
    lines.push_back(std::move(line));
  return lines;
}

} // namespace npuforge::simulator
