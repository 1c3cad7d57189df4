#pragma once
// The sequencer: executes scalar instructions, dispatches the others. It runs ahead of simulated
// time in a plain loop for as long as what it needs from the other modules is known, and sleeps
// only for what is not.

#include "core.h"
#include "fetch.h"

namespace npuforge::simulator {

class Sequencer : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Sequencer);
  Sequencer(sc_core::sc_module_name name, Core& core);
  void reset();
  void wake(Cycle at) { core_.wake(due_, at); }
  void cancel() { due_.cancel(); }
  /// "pc 3 (halt) waits for ..." for the deadlock's report.
  std::string waiting() const;
  /// The issue arbiter granted what ask() asked for.
  void granted(const Job& job);
  uint32_t pc() const { return pc_; }
  Cycle time() const { return time_; }

private:
  struct Loop {
    uint32_t first, end;
    uint32_t turns;
  };
  /// When each condition of executing at pc holds; kNever when that is not known.
  struct Conditions {
    Cycle token = 0, post = 0, queue = 0, drain = 0;
    Cycle port = 0, access = 0; ///< of a word of the scratchpad: the grant, the word
    Cycle all() const { return std::max({token, post, queue, drain, port, access}); }
  };

  void run();
  bool turn(Cycle now);
  Conditions conditions(const MicroOp& op) const;
  bool pass_time(Cycle now, Cycle until, const Conditions& why);
  void stall(Cycle from, Cycle until, const Conditions& why);
  void ask(const MicroOp& op);
  void execute(const MicroOp& op);
  void dispatch(const MicroOp& op, uint64_t sequence);
  void check_awaited(const Job& job);
  void check_across(const Job& job) const;
  uint32_t scalar(const MicroOp& op);
  int32_t compute(const isa::Kernel& kernel, const MicroOp& op);
  void begin_loop(const MicroOp& op, uint32_t& next);
  void set_level(const MicroOp& op);
  void exchange_tokens(const MicroOp& op);
  uint32_t follow_loops(uint32_t next);
  /// Where the program says that this instruction ends it early; null where it does not.
  const assembler::Stop* stop() const;
  /// A halt that the units let pass: the cycle until which the host has it wait.
  Cycle host(const assembler::Stop& stop);
  int64_t line() const { return pc_ / words_per_line_; }

  Core& core_;
  sc_core::sc_event due_;
  Fetch fetch_;
  std::vector<int32_t> registers_;
  std::vector<Generator> generators_;
  std::vector<Loop> loops_;
  uint32_t pc_ = 0;
  uint64_t sequence_ = 0;
  Cycle time_ = 0; ///< the next cycle to decide; cycles before it are history
  int words_per_line_ = 1;
  std::array<int32_t, kMaxOperands> values_{};

  // A word of the scratchpad: asked for, granted, executed.
  bool asked_ = false;
  Cycle port_at_ = kNever, word_at_ = kNever;
  int32_t word_ = 0;

  Cycle resumes_at_ = kNever; ///< when the host lets the program go on
};

} // namespace npuforge::simulator
