#include "npuforge/rtl/compare.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <iterator>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/registers.h"
#include "npuforge/isa/word.h"
#include "npuforge/simulator/loader.h"

namespace npuforge::cosim {
namespace {

using Event = simulator::InstructionEvent;

constexpr int64_t kRoughMemorySlower = 400; // no program takes so many times the spec's cycles

bool same_cycles(const Event& a, const Event& b) {
  return a.dispatch == b.dispatch && a.issue == b.issue && a.complete == b.complete;
}

bool same_instruction(const Event& a, const Event& b) {
  return a.sequence == b.sequence && a.pc == b.pc && a.unit == b.unit;
}

void keep(Events& events, const Event& event) {
  if (events.size() <= event.sequence)
    events.resize(event.sequence + 1, Event{~uint64_t{0}, 0, isa::Unit::Sequencer, -1, -1, -1});
  events[event.sequence] = event;
}

using Streams = std::vector<Events>; ///< by core

struct Collector : simulator::EventSink {
  explicit Collector(int cores) : events(static_cast<size_t>(cores)) {}
  Streams events;
  void on_complete(const Event& event) override {
    keep(events[static_cast<size_t>(event.core)], event);
  }
};

struct Differs {
  int core;
  uint64_t sequence;
};

/// Holds the RTL's events against the model's as they come.
struct Comparer : simulator::EventSink {
  Comparer(const Streams& model, bool cycles)
      : model(model), cycles(cycles), events(model.size()) {}
  const Streams& model;
  const bool cycles; ///< also when each happens
  Streams events;
  void on_complete(const Event& event) override {
    const auto core = static_cast<size_t>(event.core);
    keep(events[core], event);
    const Events& expected = model[core];
    if (event.sequence >= expected.size() || !same_instruction(event, expected[event.sequence]) ||
        (cycles && !same_cycles(event, expected[event.sequence])))
      throw Differs{event.core, event.sequence};
  }
};

int64_t count(const Streams& events) {
  int64_t all = 0;
  for (const Events& core : events)
    all += static_cast<int64_t>(core.size());
  return all;
}

/// Sequence number of the oldest instruction that is not complete.
uint64_t first_missing(const Events& events) {
  auto missing = [](const Event& event) { return event.sequence == ~uint64_t{0}; };
  return static_cast<uint64_t>(std::find_if(events.begin(), events.end(), missing) -
                               events.begin());
}

/// The time that this thread has had a processor: what else runs on the machine counts little.
class Timer {
public:
  double seconds() const { return used() - start_; }

private:
  static double used() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double start_ = used();
};

/// What the user should know of them.
std::vector<std::string> write_inputs(const Job& job, simulator::DramData& dram) {
  std::vector<std::string> notes = assembler::type_notes(job.program);
  for (const Input& input : job.inputs) {
    std::string note = simulator::write_input(job.program, job.spec.machine, input.name,
                                              simulator::read_npy(input.file), dram);
    if (!note.empty())
      notes.push_back(std::move(note));
  }
  return notes;
}

std::string instruction_at(const Job& job, uint64_t pc) {
  if (pc >= job.program.text.size())
    return "beyond the text";
  auto decoded = isa::decode(job.spec, job.program.text[pc]);
  return decoded ? assembler::print_instruction(job.spec, *decoded) : "?";
}

bool missing(const Events& events, uint64_t sequence) {
  return sequence >= events.size() || events[sequence].sequence == ~uint64_t{0};
}

std::string describe(const Job& job, const Event& event) {
  if (event.sequence == ~uint64_t{0})
    return "not complete";
  return fmt::format("dispatch {:>7} issue {:>7} complete {:>7}  pc {:>5} {:<9} {}", event.dispatch,
                     event.issue, event.complete, event.pc, isa::name(event.unit),
                     instruction_at(job, event.pc));
}

/// What the spec says (the model) against what the RTL does, for each moment that differs.
std::string expected_and_seen(const Events& model, const Events& rtl, uint64_t sequence) {
  if (missing(model, sequence) || missing(rtl, sequence))
    return "";
  const Event &expected = model[sequence], &seen = rtl[sequence];
  std::string text;
  auto hold = [&](const char* what, auto a, auto b) {
    if (a != b)
      text += fmt::format("  {}: expected {}, seen {}\n", what, a, b);
  };
  hold("pc", expected.pc, seen.pc);
  hold("dispatch", expected.dispatch, seen.dispatch);
  hold("issue", expected.issue, seen.issue);
  hold("completion", expected.complete, seen.complete);
  return text;
}

std::string side(const Job& job, const char* name, const Events& events, uint64_t sequence) {
  std::string out = fmt::format("{}:\n", name);
  uint64_t first = sequence < 6 ? 0 : sequence - 6;
  for (uint64_t i = first; i <= sequence; ++i)
    out += fmt::format("  {} #{:<7} {}\n", i == sequence ? '>' : ' ', i,
                       i < events.size() ? describe(job, events[i]) : "not complete");
  return out;
}

/// Counts differing bytes and reports the first of them.
void compare_bytes(const std::string& what, std::span<const std::byte> model,
                   std::span<const std::byte> rtl, uint64_t base, Outcome& outcome) {
  if (std::memcmp(model.data(), rtl.data(), model.size()) == 0)
    return;
  for (size_t i = 0; i < model.size(); ++i) {
    if (model[i] == rtl[i])
      continue;
    if (outcome.differing_bytes++ == 0)
      outcome.report += fmt::format("{}, byte {:#x}: model {:#04x}, RTL {:#04x}\n", what, base + i,
                                    static_cast<int>(model[i]), static_cast<int>(rtl[i]));
  }
}

void compare_dram(const simulator::DramData& model, const simulator::DramData& rtl,
                  Outcome& outcome) {
  const std::vector<uint64_t> one = model.touched_pages(), other = rtl.touched_pages();
  std::vector<uint64_t> pages;
  std::ranges::set_union(one, other, std::back_inserter(pages));
  const auto bytes = static_cast<uint64_t>(model.bytes());
  for (uint64_t at : pages) {
    uint64_t count = std::min(simulator::DramData::kPageBytes, bytes - at);
    compare_bytes("DRAM", model.at(at, count), rtl.at(at, count), at, outcome);
  }
}

void compare_memories(const Job& job, const simulator::Simulator& model, const rtl::RtlResult& rtl,
                      Outcome& outcome) {
  const isa::Machine& machine = job.spec.machine;
  const auto pad = static_cast<size_t>(machine.scratchpad.bytes);
  const auto sums = static_cast<size_t>(machine.accumulator.bytes);
  const std::span scratchpads = std::as_bytes(std::span(rtl.scratchpad));
  const std::span accumulators = std::as_bytes(std::span(rtl.accumulator));
  for (int core = 0; core < machine.cores; ++core) {
    const auto at = static_cast<size_t>(core);
    const std::string of = machine.cores > 1 ? fmt::format(" of core {}", core) : "";
    compare_bytes("scratchpad" + of, model.scratchpad(core), scratchpads.subspan(at * pad, pad), 0,
                  outcome);
    compare_bytes("accumulator" + of, std::as_bytes(model.accumulator(core)),
                  accumulators.subspan(at * sums, sums), 0, outcome);
  }
}

void compare_counters(const Job& job, const std::vector<uint64_t>& rtl, Outcome& outcome) {
  const isa::Registers registers = isa::registers(job.spec);
  const std::vector<uint64_t> model = simulator::counters(outcome.model);
  for (size_t i = 0; i < model.size(); ++i) {
    const std::string& name = registers.counters[i].name;
    const bool of_time = name == "cycles" || name.ends_with("fetched"); // text is fetched ahead
    if (model[i] != rtl[i] && !(of_time && job.stress.memory_seed != 0))
      outcome.report += fmt::format("counter {}: model {}, RTL {}\n", name, model[i], rtl[i]);
  }
}

void compare_ends(const Job& job, const Streams& model, const Streams& rtl, Outcome& outcome) {
  for (size_t core = 0; core < model.size(); ++core) {
    if (rtl[core].size() == model[core].size())
      continue;
    outcome.differing_cycles = 1;
    outcome.report += explain(job, static_cast<int>(core), model[core], rtl[core],
                              std::min(rtl[core].size(), model[core].size()));
  }
  if (job.stress.memory_seed == 0 && outcome.rtl_cycles != outcome.model.cycles)
    outcome.report += fmt::format("the program ends after {} cycles in the model, {} in the RTL\n",
                                  outcome.model.cycles, outcome.rtl_cycles);
}

} // namespace

std::string explain(const Job& job, int core, const Events& model, const Events& rtl,
                    uint64_t sequence) {
  std::string name =
      fmt::format("first difference: {}instruction #{}",
                  job.spec.machine.cores > 1 ? fmt::format("core {}, ", core) : "", sequence);
  if (!missing(model, sequence))
    name += fmt::format(", pc {}, {}: {}", model[sequence].pc, isa::name(model[sequence].unit),
                        instruction_at(job, model[sequence].pc));
  return name + "\n" + expected_and_seen(model, rtl, sequence) +
         side(job, "model", model, sequence) + side(job, "RTL", rtl, sequence);
}

Outcome co_simulate(const Job& job, const rtl::Library& library, simulator::Simulator& model) {
  Outcome outcome;
  model.load(job.program);
  outcome.notes = write_inputs(job, model.dram());
  Collector collected(job.spec.machine.cores);
  Timer model_time;
  outcome.model = model.run(&collected);
  outcome.model_seconds = model_time.seconds();

  simulator::DramData dram(job.spec.machine.dram.bytes);
  rtl::load_program(job.spec, job.program, dram);
  write_inputs(job, dram);
  const bool cycles = job.stress.memory_seed == 0;
  Comparer comparer(collected.events, cycles);
  // Had the model ended and the RTL not, the difference would show long before this.
  const int64_t slower = cycles ? 2 : kRoughMemorySlower;
  rtl::Limits limits{.max_cycles =
                         std::min(job.max_cycles, slower * outcome.model.cycles + 1'000'000),
                     .max_silence = 1'000'000,
                     .progress = [&](int64_t cycle) {
                       if (job.progress)
                         job.progress(cycle, outcome.model.cycles);
                     }};
  Timer rtl_time;
  rtl::RtlResult result;
  try {
    result = rtl::run(library, job.spec, job.program, dram, &comparer, limits, job.stress);
  } catch (const Differs& differs) {
    outcome.instructions = count(comparer.events);
    outcome.differing_cycles = 1;
    const auto core = static_cast<size_t>(differs.core);
    outcome.report =
        explain(job, differs.core, collected.events[core], comparer.events[core], differs.sequence);
    return outcome;
  } catch (const rtl::RtlError& error) { // the model has ended, so this is a difference too
    outcome.instructions = count(comparer.events);
    outcome.differing_cycles = 1;
    outcome.report = fmt::format("{}\n", error.what());
    for (size_t core = 0; core < comparer.events.size(); ++core)
      if (const uint64_t next = first_missing(comparer.events[core]);
          next < collected.events[core].size())
        outcome.report += explain(job, static_cast<int>(core), collected.events[core],
                                  comparer.events[core], next);
    return outcome;
  }
  outcome.rtl_seconds = rtl_time.seconds();
  outcome.rtl_cycles = result.cycles;
  outcome.instructions = count(comparer.events);
  compare_ends(job, collected.events, comparer.events, outcome);
  compare_counters(job, result.counters, outcome);
  compare_dram(model.dram(), dram, outcome);
  compare_memories(job, model, result, outcome);
  return outcome;
}

} // namespace npuforge::cosim
