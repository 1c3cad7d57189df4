#pragma once
// The queues of the units and the one arbiter that issues from them (TIMING.md section 4).

#include <deque>

#include "core.h"

namespace npuforge::simulator {

class Issue : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Issue);
  Issue(sc_core::sc_module_name name, Core& core);
  void reset();
  void cancel() { due_.cancel(); }
  void wake(Cycle at) {
    if (!evaluating_)
      core_.wake(due_, at);
  }

  // --- for the sequencer
  // ----------------------------------------------------------------------------------------------
  Cycle slot_ready(isa::Unit unit) const { return slots_[index(unit)].ready(); }
  Job& new_job();
  void drop_job(Job& job) { free_.push_back(&job); }
  void enqueue(Job& job);
  /// An access of the sequencer's own, a candidate from now on: the youngest, so no unit waits for
  /// it. Tells the sequencer when it is granted.
  void request(Job& job);
  /// Cycle from which on all queues are empty and everything is complete; kNever while that is not
  /// known.
  Cycle drained_at() const { return unfinished_ == 0 ? last_complete_ : kNever; }

  void completed(const Job& job);
  /// A line for each unit whose head waits.
  std::vector<std::string> waiting() const;

private:
  void evaluate();
  void test_heads(Cycle now);
  void test_access(Cycle now);
  void retire(Cycle now);
  Gates gates(const Job& job) const;
  Cycle own_gate(const Job& job) const;
  Cycle port_gate(const Job& job, int& port) const;
  bool try_grant(Job& job, Cycle now);
  void note_block(Job& job, int unit, int port, Cycle now);
  void grant(Job& job, Cycle now);
  void take_credits(Job& job);
  std::optional<std::string> find_any_hazard(const Job& job) const;
  void start(Job& job, Cycle now);
  Cycle next_test(Cycle now) const;
  std::string waiting_for_event(const Job& job) const;

  Core& core_;
  sc_core::sc_event due_;
  bool evaluating_ = false;
  Cycle tested_ = -1;
  std::array<std::deque<Job*>, kUnits> queues_;
  std::array<Credits, kUnits> slots_;
  std::array<Cycle, kUnits> front_free_{};
  Cycle exit_free_ =
      0; ///< vector: cycle of the issue for which a row of one cycle would find the exit free
  std::array<Job*, kUnits> candidates_{}; ///< of the last test, oldest first
  int candidate_count_ = 0;
  Job* access_ = nullptr; ///< the sequencer's, not granted yet
  /// The older candidate that claims one of the head's ports.
  std::array<const Job*, kUnits> blocker_{};
  std::vector<Job*> issued_;
  std::vector<std::unique_ptr<Job>> pool_;
  std::vector<Job*> free_;
  int64_t unfinished_ = 0;
  Cycle last_complete_ = 0;
};

} // namespace npuforge::simulator
