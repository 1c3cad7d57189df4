#include "sequencer.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "endless.h"
#include "issue.h"
#include "memory.h"

namespace npuforge::simulator {
namespace {

constexpr Cycle kRunAhead = 1 << 16; ///< cycles before it lets the others run

bool is_access(const MicroOp& op) {
  return op.plan->action == isa::Action::LoadScalar || op.plan->action == isa::Action::StoreScalar;
}

} // namespace

Sequencer::Sequencer(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {
  SC_METHOD(run);
  sensitive << due_;
  dont_initialize();
}

void Sequencer::reset() {
  const isa::Machine& m = core_.machine();
  int word_bytes = core_.context.spec->word_bytes();
  words_per_line_ = m.sequencer.line_bytes / word_bytes;
  int64_t words = static_cast<int64_t>(core_.context.text->size());
  fetch_.reset(core_.number, m.sequencer.cache_lines,
               (words + words_per_line_ - 1) / words_per_line_, core_.context.program->text_address,
               m.sequencer.line_bytes, m.sequencer.line_bytes / m.dram.beat_bytes);
  registers_.assign(m.sequencer.registers, 0);
  generators_.assign(m.sequencer.generators, Generator{});
  loops_.clear();
  pc_ = 0;
  sequence_ = 0;
  time_ = 0;
  asked_ = false;
  resumes_at_ = kNever;
  wake(0);
}

void Sequencer::run() {
  if (core_.stopped())
    return;
  Cycle now = core_.now();
  core_.memory->advance(now - 1);
  try {
    while (turn(now))
      ;
  } catch (const ProgramFault& error) {
    // What it has run into lies ahead: something else may go wrong before.
    if (time_ > now)
      wake(time_);
    else
      core_.fail(time_, pc_, error.what());
  }
}

/// One decision; false when there is nothing to decide before the next wake-up.
bool Sequencer::turn(Cycle now) {
  if (core_.stopped())
    return false;
  if (time_ - now > kRunAhead) {
    wake(time_);
    return false;
  }
  if (time_ >= core_.context.options->max_cycles)
    throw ProgramFault(fmt::format("the program has not ended after {} cycles{}",
                                   core_.context.options->max_cycles,
                                   loops_around(core_.context, pc_)));
  if (pc_ >= core_.context.text->size())
    throw ProgramFault("execution runs past the end of the text");
  fetch_.step(line(), time_, *core_.memory);
  if (fetch_.filling() && time_ >= core_.memory->fill_bound(core_.number, now)) {
    wake(time_); // what the cache does when the line comes depends on where pc is then
    return false;
  }
  if (!fetch_.valid(line(), time_)) {
    Cycle valid = core_.memory->fill_valid_at(core_.number);
    if (valid == kNever)
      return false;
    core_.accounting.sequencer_stalled(Stall::Fetch, valid - time_);
    time_ = valid;
    return true;
  }
  const MicroOp& op = (*core_.context.text)[pc_];
  if (!op.plan)
    throw ProgramFault("the word is no instruction of this machine");
  Conditions c = conditions(op);
  if (is_access(op) && c.all() <= time_) {
    if (!asked_ && time_ > now) { // the arbiter decides about now
      wake(time_);
      return false;
    }
    if (!asked_)
      ask(op);
    c.port = port_at_;
    c.access = word_at_;
  }
  if (op.plan->action == isa::Action::Halt && c.all() <= time_)
    if (const assembler::Stop* early = stop())
      c.drain = host(*early);
  if (c.all() > time_)
    return pass_time(now, c.all(), c);
  execute(op);
  return true;
}

const assembler::Stop* Sequencer::stop() const {
  const auto& stops = core_.context.program->stops;
  const auto found =
      std::lower_bound(stops.begin(), stops.end(), pc_,
                       [](const assembler::Stop& stop, uint32_t pc) { return stop.at < pc; });
  return found != stops.end() && found->at == pc_ ? &*found : nullptr;
}

Cycle Sequencer::host(const assembler::Stop& stop) {
  if (!stop.resumes)
    throw ProgramFault(fmt::format("the network stops: {}", stop.reason));
  if (resumes_at_ == kNever)
    resumes_at_ = time_ + core_.context.options->host_latency;
  return resumes_at_;
}

Sequencer::Conditions Sequencer::conditions(const MicroOp& op) const {
  Conditions c;
  if (op.plan->unit != isa::Unit::Sequencer) {
    c.queue = core_.issue->slot_ready(op.plan->unit);
    return c;
  }
  for (int u = 0; (op.wait | op.post) >> u; ++u) {
    if (op.wait >> u & 1)
      c.token = std::max(c.token, core_.tokens[u][0].ready());
    if (op.post >> u & 1)
      c.post = std::max(c.post, core_.room[0][u].ready());
  }
  if (op.plan->action == isa::Action::Halt)
    c.drain = core_.issue->drained_at();
  return c;
}

/// Moves to cycle `until`, or to where the cache may have something to do before; false when it
/// must sleep first. What is not known yet (kNever) cannot hold before now.
bool Sequencer::pass_time(Cycle now, Cycle until, const Conditions& why) {
  bool known = until < kNever;
  if (!known)
    until = now;
  if (fetch_.filling()) {
    Cycle valid = core_.memory->fill_valid_at(core_.number);
    until = std::min(until, valid < kNever ? valid : core_.memory->fill_bound(core_.number, now));
    if (!known && valid < kNever)
      wake(valid);
  }
  if (until <= time_)
    return false;
  stall(time_, until, why);
  time_ = until;
  return true;
}

void Sequencer::stall(Cycle from, Cycle until, const Conditions& why) {
  auto charge = [&](Stall cause, Cycle end) {
    end = std::min(end, until);
    if (end <= from)
      return;
    core_.accounting.sequencer_stalled(cause, end - from);
    from = end;
  };
  charge(Stall::Token, why.token);
  charge(Stall::Post, why.post);
  charge(Stall::Queue, why.queue);
  charge(Stall::Drain, why.drain);
  charge(Stall::Port, why.port);
  if (until > from)
    core_.accounting.sequencer_accessed(until - from);
}

void Sequencer::execute(const MicroOp& op) {
  uint64_t sequence = sequence_;
  uint32_t next = pc_ + 1;
  if (op.plan->unit != isa::Unit::Sequencer)
    dispatch(op, sequence);
  else
    next = scalar(op);
  ++sequence_;
  core_.accounting.sequencer_executed(op, time_);
  if (op.plan->unit == isa::Unit::Sequencer) {
    exchange_tokens(op);
    if (core_.context.options->check_order)
      core_.cluster.order().executed(core_.number, op, pc_, values_);
    if (core_.context.sink)
      core_.context.sink->on_complete(
          {sequence, pc_, isa::Unit::Sequencer, time_, time_, time_ + 1, core_.number});
  }
  if (op.plan->action == isa::Action::Halt) {
    if (resumes_at_ == kNever) {
      core_.finish(time_ + 1);
      return;
    }
    resumes_at_ = kNever;
    ++core_.accounting.stats.round_trips;
  }
  pc_ = follow_loops(next);
  ++time_;
}

void Sequencer::dispatch(const MicroOp& op, uint64_t sequence) {
  Job& job = core_.issue->new_job();
  try {
    resolve(op, registers_, generators_, core_.machine(), core_.ports, job);
    check_awaited(job);
    check_across(job);
  } catch (...) {
    core_.issue->drop_job(job);
    throw;
  }
  job.sequence = sequence;
  job.pc = pc_;
  job.dispatch = time_;
  if (core_.context.options->check_order)
    core_.cluster.order().dispatched(core_.number, job);
  core_.issue->enqueue(job);
}

/// An event has one unit that awaits it: no two take from one counter in a cycle.
void Sequencer::check_awaited(const Job& job) {
  if (job.plan->action != isa::Action::Await)
    return;
  const int event = job.values[job.plan->roles.event];
  const isa::Unit first = core_.signals.awaiting(event, job.unit());
  if (first != job.unit())
    throw ProgramFault(fmt::format("event {} is awaited by the {} unit and by the {} unit", event,
                                   isa::name(first), isa::name(job.unit())));
}

/// A copy goes to other cores, which there are.
void Sequencer::check_across(const Job& job) const {
  if (job.plan->action != isa::Action::CopyAcross)
    return;
  const std::string wrong = isa::wrong_cores(core_.machine(), job.across(), core_.number);
  if (!wrong.empty())
    throw ProgramFault(wrong);
}

/// Executes a scalar instruction; returns the next pc before loops are looked at.
uint32_t Sequencer::scalar(const MicroOp& op) {
  uint32_t next = pc_ + 1;
  read_operands(op, registers_, values_);
  const Roles& roles = op.plan->roles;
  switch (op.plan->action) {
  case isa::Action::Compute:
    if (int rd = static_cast<int>(op.operands[roles.rd].value); rd != 0)
      registers_[rd] = compute(*op.plan->result, op);
    else
      compute(*op.plan->result, op);
    break;
  case isa::Action::Branch:
    if (compute(*op.plan->condition, op))
      next = static_cast<uint32_t>(values_[roles.target]);
    break;
  case isa::Action::Loop:
    begin_loop(op, next);
    break;
  case isa::Action::SetLevel:
    set_level(op);
    break;
  case isa::Action::LoadScalar:
    if (const auto rd = op.operands[roles.rd].value; rd != 0)
      registers_[static_cast<size_t>(rd)] = word_;
    asked_ = false;
    break;
  case isa::Action::StoreScalar:
    asked_ = false;
    break;
  case isa::Action::CoreNumber:
    if (const auto rd = op.operands[roles.rd].value; rd != 0)
      registers_[static_cast<size_t>(rd)] = core_.number;
    break;
  default:
    break;
  }
  return next;
}

/// Asks the issue arbiter for the port of the word's bank, now.
void Sequencer::ask(const MicroOp& op) {
  const isa::Machine& machine = core_.machine();
  read_operands(op, registers_, values_);
  const auto address = static_cast<uint32_t>(values_[op.plan->roles.address]);
  if (address % 4 != 0)
    throw ProgramFault(fmt::format("address {} is no multiple of 4", address));
  if (address >= machine.scratchpad.bytes)
    throw ProgramFault(fmt::format("address {} lies outside the scratchpad of {} bytes", address,
                                   machine.scratchpad.bytes));
  if (!core_.values())
    throw ProgramFault(
        "its cycles depend on values, which a run for timing alone does not compute");
  const bool loads = op.plan->action == isa::Action::LoadScalar;
  Job& job = core_.issue->new_job();
  job.op = &op;
  job.plan = op.plan;
  job.sequence = sequence_;
  job.pc = pc_;
  job.dispatch = time_;
  job.values = values_;
  job.latency = loads ? 2 : 1;
  job.stream_count = 1;
  Stream& word = job.streams[0] = Stream{};
  word.access = loads ? isa::Access::Read : isa::Access::Write;
  word.base = address;
  word.levels = machine.sequencer.levels;
  word.unit = 4;
  word.first = address;
  word.last = word.first + 3;
  job.claim_count = 1;
  job.claims[0] = core_.ports.claim(word, word.access);
  job.claims[0].cycles = 1;
  asked_ = true;
  port_at_ = word_at_ = kNever;
  core_.issue->request(job);
}

void Sequencer::granted(const Job& job) {
  int8_t* word = core_.memories().scratchpad.data() + job.streams[0].base;
  if (job.plan->action == isa::Action::LoadScalar)
    std::memcpy(&word_, word, 4);
  else
    std::memcpy(word, &job.values[job.plan->roles.rs], 4);
  port_at_ = job.issue - 1;
  word_at_ = job.complete - 1; // the cycle in which the instruction executes
  wake(core_.now());
}

int32_t Sequencer::compute(const isa::Kernel& kernel, const MicroOp& op) {
  // Little-endian: an operand's value begins with its low byte, as a bool and as an i32.
  std::array<const void*, kMaxOperands> columns;
  size_t count = op.operands.size();
  for (size_t o = 0; o < count; ++o)
    columns[o] = &values_[o];
  int32_t result = 0; // of a condition: the byte of a bool
  kernel.run(std::span(columns.data(), count), &result, 1);
  return result;
}

void Sequencer::begin_loop(const MicroOp& op, uint32_t& next) {
  uint32_t end = static_cast<uint32_t>(values_[op.plan->roles.target]);
  int32_t count = values_[op.plan->roles.count];
  if (end < pc_ + 2)
    throw ProgramFault("a loop has no instructions: its target is not beyond the next instruction");
  if (count <= 0) {
    next = end;
    return;
  }
  if (loops_.size() == static_cast<size_t>(core_.machine().sequencer.loop_depth))
    throw ProgramFault(fmt::format("loops nest deeper than {}", loops_.size()));
  loops_.push_back({pc_ + 1, end, static_cast<uint32_t>(count)});
}

uint32_t Sequencer::follow_loops(uint32_t next) {
  while (!loops_.empty() && next == loops_.back().end) {
    if (--loops_.back().turns > 0)
      return loops_.back().first;
    loops_.pop_back();
  }
  return next;
}

void Sequencer::set_level(const MicroOp& op) {
  const Roles& r = op.plan->roles;
  Generator& generator = generators_[values_[r.generator]];
  size_t at = static_cast<size_t>(values_[r.level]);
  Level& level = generator[at];
  level.count = values_[r.count];
  level.stride = values_[r.stride];
  level.low = r.low >= 0 ? values_[r.low] : 0;
  level.high = r.high >= 0 ? values_[r.high] : level.count;
  if (r.keep < 0 || values_[r.keep] == 0)
    for (size_t l = at + 1; l < generator.size(); ++l)
      generator[l] = Level{};
}

void Sequencer::exchange_tokens(const MicroOp& op) {
  for (int u = 0; (op.wait | op.post) >> u; ++u) {
    if (op.wait >> u & 1) {
      core_.tokens[u][0].take();
      core_.room[u][0].give(time_ + 1);
      core_.wake_issue(time_ + 1);
    }
    if (op.post >> u & 1) {
      core_.room[0][u].take();
      core_.tokens[0][u].give(time_ + 1);
      core_.wake_issue(time_ + 1);
    }
  }
}

std::string Sequencer::waiting() const {
  const auto& text = *core_.context.text;
  std::string what;
  if (pc_ < text.size() && text[pc_].plan) {
    const MicroOp& op = text[pc_];
    Conditions c = conditions(op);
    for (int u = 0; u < kUnits; ++u) {
      if (op.plan->unit == isa::Unit::Sequencer && op.wait >> u & 1 &&
          core_.tokens[u][0].ready() == kNever)
        what += fmt::format(" a token of {};", isa::name(isa::Unit(u)));
      if (op.plan->unit == isa::Unit::Sequencer && op.post >> u & 1 &&
          core_.room[0][u].ready() == kNever)
        what += fmt::format(" room for a token to {};", isa::name(isa::Unit(u)));
    }
    if (c.queue == kNever)
      what += fmt::format(" a place in the queue of {};", isa::name(op.plan->unit));
    if (c.drain == kNever)
      what += " all units to finish;";
  }
  return fmt::format("sequencer: {}", core_.describe(time_, pc_, "waits for" + what));
}

} // namespace npuforge::simulator
