#include "issue.h"

#include <algorithm>

#include <fmt/format.h>

#include "hazards.h"
#include "load.h"
#include "matrix.h"
#include "memory.h"
#include "sequencer.h"
#include "store.h"
#include "vector.h"
#include "weights.h"

namespace npuforge::simulator {

using isa::Action;
using isa::Unit;

Issue::Issue(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {
  SC_METHOD(evaluate);
  sensitive << due_;
  dont_initialize();
}

void Issue::reset() {
  evaluating_ = false;
  tested_ = -1;
  for (int u = 0; u < kUnits; ++u) {
    queues_[u].clear();
    slots_[u].reset(core_.machine().queue[u], core_.machine().queue[u]);
  }
  front_free_.fill(0);
  exit_free_ = 0;
  candidate_count_ = 0;
  access_ = nullptr;
  blocker_.fill(nullptr);
  issued_.clear();
  free_.clear();
  for (auto& job : pool_)
    free_.push_back(job.get());
  unfinished_ = 0;
  last_complete_ = 0;
}

Job& Issue::new_job() {
  if (free_.empty()) {
    pool_.push_back(std::make_unique<Job>());
    free_.push_back(pool_.back().get());
  }
  Job& job = *free_.back();
  free_.pop_back();
  job.complete = kNever;
  job.blocked_by = -1;
  return job;
}

void Issue::enqueue(Job& job) {
  int u = index(job.unit());
  slots_[u].take();
  queues_[u].push_back(&job);
  ++unfinished_;
  if (queues_[u].size() == 1)
    wake(job.arrive());
}

void Issue::completed(const Job& job) {
  --unfinished_;
  last_complete_ = std::max(last_complete_, job.complete);
}

void Issue::evaluate() {
  if (core_.stopped())
    return;
  Cycle now = core_.now();
  if (now == tested_) { // one test of the heads a cycle
    test_access(now);
    wake(now + 1);
    return;
  }
  evaluating_ = true;
  tested_ = now;
  core_.memory->advance(now - 1);
  core_.check_signals(now);
  retire(now);
  test_heads(now);
  test_access(now);
  evaluating_ = false;
  if (Cycle next = next_test(now); next < kNever && !core_.stopped())
    wake(next);
}

void Issue::retire(Cycle now) {
  std::erase_if(issued_, [&](Job* job) {
    if (job->complete > now)
      return false;
    free_.push_back(job);
    return true;
  });
}

void Issue::test_heads(Cycle now) {
  // Candidates are those of the state before any grant of this cycle.
  int count = 0;
  for (int u = 1; u < kUnits; ++u) {
    if (queues_[u].empty())
      continue;
    Job& job = *queues_[u].front();
    job.gates = gates(job);
    const Gates& g = job.gates;
    if (std::max({g.arrive, g.token, g.post, g.own, g.event, front_free_[u] - 1}) <= now)
      candidates_[count++] = &job;
  }
  std::sort(candidates_.begin(), candidates_.begin() + count,
            [](const Job* a, const Job* b) { return a->sequence < b->sequence; });
  candidate_count_ = count;
  blocker_.fill(nullptr);
  std::array<int, kUnits> contested{}; // the port
  for (int c = 0; c < count && !core_.stopped(); ++c) {
    Job& job = *candidates_[c];
    for (int older = 0; older < c && !blocker_[index(job.unit())]; ++older)
      for (int i = 0; i < job.claim_count; ++i)
        for (int k = 0; k < candidates_[older]->claim_count; ++k)
          if (const Claim& claim = candidates_[older]->claims[k]; job.claims[i].overlaps(claim)) {
            blocker_[index(job.unit())] = candidates_[older];
            contested[index(job.unit())] = std::max(job.claims[i].first, claim.first);
          }
    if (const Job* blocker = blocker_[index(job.unit())])
      note_block(job, index(blocker->unit()), contested[index(job.unit())], now);
    else if (!try_grant(job, now))
      continue;
  }
}

void Issue::request(Job& job) {
  access_ = &job;
  wake(core_.now());
}

void Issue::test_access(Cycle now) {
  if (!access_ || core_.stopped())
    return;
  Job& job = *access_;
  const Claim& claim = job.claims[0];
  for (int c = 0; c < candidate_count_; ++c)
    for (int i = 0; i < candidates_[c]->claim_count; ++i)
      if (claim.overlaps(candidates_[c]->claims[i]))
        return;
  if (core_.ports.ready(claim).first > now)
    return;
  access_ = nullptr;
  job.issue = now + 1;
  job.complete = job.issue + job.latency;
  if (core_.context.options->check_hazards)
    if (auto wrong = find_any_hazard(job))
      return core_.fail(now, job.pc, *wrong);
  issued_.push_back(&job);
  core_.memory->advance(now); // DMA of this cycle still sees the port as it was
  core_.ports.hold(claim, job.issue, Unit::Sequencer);
  core_.sequencer->granted(job);
}

Gates Issue::gates(const Job& job) const {
  int u = index(job.unit());
  Gates g;
  g.arrive = job.arrive();
  for (int v = 0; (job.op->wait | job.op->post) >> v; ++v) {
    if (job.op->wait >> v & 1)
      g.token = std::max(g.token, core_.tokens[v][u].ready());
    if (job.op->post >> v & 1)
      g.post = std::max(g.post, core_.room[u][v].ready());
  }
  g.own = own_gate(job);
  if (job.plan->action == Action::Await)
    g.event =
        core_.signals.ready(job.values[job.plan->roles.event], job.values[job.plan->roles.count]);
  return g;
}

Cycle Issue::own_gate(const Job& job) const {
  switch (job.plan->action) {
  case Action::CopyIn:
  case Action::CopyOut:
  case Action::CopyAcross:
  case Action::Signal:
  case Action::Await:
    return job.unit() == Unit::Load ? core_.load->accept_time() : core_.store->accept_time();
  case Action::Preload:
    return core_.weights->free_set();
  case Action::Multiply:
    return job.values[job.plan->roles.next] ? core_.weights->loaded_set() : 0;
  case Action::LoadLanes:
  case Action::SetLanes:
  case Action::Map:
  case Action::Reduce:
    return exit_free_ - job.plan->pace;
  default:
    return 0;
  }
}

Cycle Issue::port_gate(const Job& job, int& port) const {
  Cycle latest = 0;
  for (int i = 0; i < job.claim_count; ++i) {
    auto [ready, at] = core_.ports.ready(job.claims[i]);
    if (ready > latest) {
      latest = ready;
      port = at;
    }
  }
  return latest;
}

bool Issue::try_grant(Job& job, Cycle now) {
  int port = -1;
  if (port_gate(job, port) > now) {
    note_block(job, index(core_.ports.holder(port)), port, now);
    return false;
  }
  grant(job, now);
  return true;
}

void Issue::note_block(Job& job, int unit, int port, Cycle now) {
  if (job.blocked_by >= 0)
    core_.accounting.port_conflict(job.unit(), Unit(job.blocked_by),
                                   core_.ports.kind(job.blocked_at), now - job.blocked_since);
  job.blocked_by = unit;
  job.blocked_at = port;
  job.blocked_since = now;
}

void Issue::grant(Job& job, Cycle now) {
  int u = index(job.unit());
  if (job.blocked_by >= 0)
    note_block(job, job.blocked_by, job.blocked_at, now);
  job.issue = now + 1;
  queues_[u].pop_front();
  if (slots_[u].size() == 0)
    core_.wake_sequencer(job.issue); // it may wait for just this place
  slots_[u].give(job.issue);
  take_credits(job);
  if (job.claim_count > 0) {
    core_.memory->advance(now); // DMA of this cycle still sees the ports as they were
    for (int i = 0; i < job.claim_count; ++i)
      core_.ports.hold(job.claims[i], job.issue, job.unit());
  }
  front_free_[u] = job.issue + job.occupancy;
  if (job.unit() == Unit::Vector)
    exit_free_ = job.issue + job.plan->pace * (job.rows + 1) - 1;
  start(job, now);
}

void Issue::take_credits(Job& job) {
  int u = index(job.unit());
  for (int v = 0; (job.op->wait | job.op->post) >> v; ++v) {
    if (job.op->wait >> v & 1) {
      core_.tokens[v][u].take();
      if (v == 0 && core_.room[v][u].size() == 0)
        core_.wake_sequencer(job.issue);
      core_.room[v][u].give(job.issue);
    }
    if (job.op->post >> v & 1)
      core_.room[u][v].take();
  }
  if (job.plan->action == Action::Await)
    core_.signals.take(job.values[job.plan->roles.event], job.values[job.plan->roles.count]);
}

std::optional<std::string> Issue::find_any_hazard(const Job& job) const {
  std::optional<std::string> wrong = find_hazard(issued_, job, core_.number);
  const bool dma = job.unit() == Unit::Load || job.unit() == Unit::Store;
  for (int number = 0; !wrong && number < core_.cluster.cores(); ++number) {
    const Core& other = core_.cluster.core(number);
    if (number != core_.number && (dma || other.store->crosses()))
      wrong = find_hazard_of_core(other.issue->issued_, number, job, core_.number);
  }
  return wrong;
}

void Issue::start(Job& job, Cycle now) {
  bool dma = job.plan->instruction->timing.dynamic;
  if (!dma)
    job.complete = job.issue + job.latency;
  if (core_.context.options->check_hazards)
    if (auto wrong = find_any_hazard(job))
      return core_.fail(now, job.pc, *wrong);
  issued_.push_back(&job);
  switch (job.unit()) {
  case Unit::Load:
    core_.load->issue(job);
    break;
  case Unit::Weights:
    core_.weights->issue(job);
    break;
  case Unit::Matrix:
    core_.matrix->issue(job);
    break;
  case Unit::Vector:
    core_.vector->issue(job);
    break;
  case Unit::Store:
    core_.store->issue(job);
    break;
  case Unit::Sequencer:
    break;
  }
  if (!dma) {
    core_.accounting.pipeline_issued(job);
    core_.completes(job);
  }
}

Cycle Issue::next_test(Cycle now) const {
  Cycle next = access_ ? now + 1 : kNever;
  for (int u = 1; u < kUnits; ++u) {
    if (queues_[u].empty())
      continue;
    const Job& job = *queues_[u].front();
    if (blocker_[u] && !queues_[index(blocker_[u]->unit())].empty() &&
        queues_[index(blocker_[u]->unit())].front() == blocker_[u])
      continue; // until the older one has gone
    Gates g = gates(job);
    if (job.unit() == Unit::Load && g.own == kNever)
      g.own = core_.load->accept_bound(now);
    int port = 0;
    next = std::min(next, std::max({g.arrive, g.token, g.post, g.own, g.event, front_free_[u] - 1,
                                    port_gate(job, port), now + 1}));
  }
  return next;
}

std::string Issue::waiting_for_event(const Job& job) const {
  const int event = job.values[job.plan->roles.event];
  return fmt::format(" {} signals of event {}, of which {} are there;",
                     job.values[job.plan->roles.count], event,
                     core_.signals.present(event, core_.now()));
}

std::vector<std::string> Issue::waiting() const {
  std::vector<std::string> lines;
  for (int u = 1; u < kUnits; ++u) {
    if (queues_[u].empty())
      continue;
    const Job& job = *queues_[u].front();
    std::string what;
    for (int v = 0; v < kUnits; ++v) {
      if (job.op->wait >> v & 1 && core_.tokens[v][u].ready() == kNever)
        what += fmt::format(" a token of {};", isa::name(Unit(v)));
      if (job.op->post >> v & 1 && core_.room[u][v].ready() == kNever)
        what += fmt::format(" room for a token to {};", isa::name(Unit(v)));
    }
    if (gates(job).event == kNever)
      what += waiting_for_event(job);
    if (own_gate(job) == kNever)
      what += job.plan->action == Action::Preload    ? " a free weight set;"
              : job.plan->action == Action::Multiply ? " a loaded weight set;"
                                                     : " the engine;";
    lines.push_back(fmt::format("{}: {}", isa::name(Unit(u)),
                                core_.describe(job.dispatch, job.pc, "waits for" + what)));
  }
  return lines;
}

} // namespace npuforge::simulator
