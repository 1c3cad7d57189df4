#include "cluster.h"

#include <algorithm>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

#include "core.h"
#include "issue.h"
#include "memory.h"
#include "totals.h"

namespace npuforge::simulator {

std::string describe(const RunContext& context, int core, Cycle at, uint32_t pc,
                     const std::string& reason) {
  std::string text = "?";
  if (pc < context.program->text.size())
    if (auto decoded = isa::decode(*context.spec, context.program->text[pc]))
      text = assembler::print_instruction(*context.spec, *decoded);
  const std::string where =
      context.spec->machine.cores > 1 ? fmt::format("core {}, ", core) : std::string();
  return fmt::format("{}cycle {}, pc {} ({}): {}", where, at, pc, text, reason);
}

namespace {

/// A text behind a port is not known before it is fetched.
bool may_copy_across(const RunContext& context) {
  return context.port ? context.spec->has(isa::Action::CopyAcross)
                      : std::ranges::any_of(*context.text, [](const MicroOp& op) {
                          return op.plan && op.plan->action == isa::Action::CopyAcross;
                        });
}

} // namespace

Cluster& Cluster::instance() {
  static Cluster* cluster =
      new Cluster("cluster", isa::kMaxCores); // SystemC's own registry outlives main
  return *cluster;
}

Cluster::Cluster(sc_core::sc_module_name name, int most_cores) : sc_module(name) {
  tick_ = sc_core::sc_time(1, sc_core::SC_NS).value();
  memory_ = std::make_unique<Memory>("memory", *this);
  for (int number = 0; number < most_cores; ++number)
    cores_.push_back(std::make_unique<Core>(fmt::format("core{}", number).c_str(), *this, number));
  SC_METHOD(finish);
  sensitive << end_due_;
  dont_initialize();
}

Cluster::~Cluster() = default;

void Cluster::wake(sc_core::sc_event& event, Cycle at) const {
  Cycle delay = at - now();
  if (delay <= 0)
    event.notify(sc_core::SC_ZERO_TIME);
  else
    event.notify(sc_core::sc_time::from_value(static_cast<uint64_t>(delay) * tick_));
}

void Cluster::begin(const RunContext& context) {
  // What the run before has left pending belongs to cores that this one may not have.
  for (const auto& core : cores_)
    core->cancel();
  context_ = context;
  origin_ = sc_core::sc_time_stamp().value();
  end_due_.cancel();
  running_ = cores();
  end_ = 0;
  stopped_ = false;
  error_.clear();
  memory_->reset();
  order_.reset(machine(), may_copy_across(context_));
  for (int number = 0; number < cores(); ++number)
    core(number).reset();
}

RunStats Cluster::run(const RunContext& context) {
  if (sc_core::sc_get_status() < sc_core::SC_START_OF_SIMULATION)
    sc_core::sc_start(sc_core::SC_ZERO_TIME); // elaborates
  begin(context);
  while (!stopped_ && sc_core::sc_pending_activity())
    sc_core::sc_start(sc_core::sc_max_time() - sc_core::sc_time_stamp(),
                      sc_core::SC_EXIT_ON_STARVATION);
  if (!stopped_)
    throw SimulationError(deadlock_report());
  if (!error_.empty())
    throw SimulationError(error_);
  return stats();
}

void Cluster::signal(int from, const Job& job) {
  const Roles& roles = job.plan->roles;
  const Cycle at = job.complete + machine().events.latency;
  for (int number = 0; number < cores(); ++number)
    if (static_cast<uint32_t>(job.values[roles.cores]) >> number & 1) {
      core(number).signals.give(job.values[roles.event], at, {from, job.pc});
      core(number).wake_issue(at);
    }
}

void Cluster::core_ended(Cycle at) {
  end_ = std::max(end_, at);
  if (--running_ > 0)
    return;
  check_signals();
  if (context_.options->check_order)
    check_order();
  if (stopped_)
    return;
  if (context_.ended)
    context_.ended(end_);
  wake(end_due_, end_);
}

/// In the run's last cycle: what the caches have asked for ahead has gone on until now.
void Cluster::finish() {
  if (stopped_)
    return;
  memory_->advance(end_ - 1);
  stopped_ = true;
  if (!context_.ended)
    sc_core::sc_pause();
}

void Cluster::check_order() {
  if (const std::optional<Order::Wrong> wrong = order_.wrong())
    core(wrong->place.core).fail(end_, wrong->place.pc, wrong->reason);
}

void Cluster::check_signals() {
  for (int number = 0; number < cores(); ++number)
    core(number).check_signals(end_);
}

void Cluster::fail(Cycle at, const std::string& error) {
  if (stopped_)
    return;
  error_ = error;
  stopped_ = true;
  if (context_.ended)
    context_.ended(at + 1);
  else
    sc_core::sc_pause();
}

std::string Cluster::deadlock_report() const {
  std::string report = fmt::format("deadlock: nothing can happen after cycle {}", now());
  for (int number = 0; number < cores(); ++number)
    for (const std::string& line : core(number).waiting())
      report += "\n  " + line;
  return report;
}

RunStats Cluster::stats() const {
  std::vector<RunStats> each;
  for (int number = 0; number < cores(); ++number)
    each.push_back(core(number).accounting.stats);
  return total_of(std::move(each));
}

} // namespace npuforge::simulator
