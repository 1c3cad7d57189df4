#pragma once
// An instruction on its way through a unit: dispatched with the values that its operands had.

#include <array>
#include <cstdint>

#include "npuforge/simulator/simulator.h"

#include "credits.h"
#include "generator.h"
#include "micro_op.h"
#include "ports.h"

namespace npuforge::simulator {

/// When each condition of the issue held (cycle of the test), in the order in which stalls are
/// blamed on them.
struct Gates {
  Cycle arrive = 0, token = 0, post = 0, own = 0, event = 0;
};

struct Job {
  const MicroOp* op = nullptr;
  const Plan* plan = nullptr;
  uint64_t sequence = 0;
  uint32_t pc = 0;
  Cycle dispatch = 0, issue = 0, complete = kNever;
  Gates gates;
  std::array<int32_t, kMaxOperands> values{}; ///< of every operand that is a number
  std::array<Stream, kMaxStreams> streams;
  int stream_count = 0;
  std::array<Claim, kMaxUses> claims;
  int claim_count = 0;
  Cycle occupancy = 0, latency = 0;
  int64_t rows = 1;  ///< that the unit walks
  int64_t group = 1; ///< Reduce: rows of a group
  // Who kept it waiting at a port, for the statistics.
  Cycle blocked_since = 0;
  int blocked_by = -1, blocked_at = 0; ///< a unit, and a port that it holds or claims

  isa::Unit unit() const { return plan->unit; }
  Cycle arrive() const { return dispatch + 1; }
  /// Of load and store: it copies; else it signals or awaits.
  bool copies() const { return stream_count > 0; }
  /// The other cores to whose scratchpads it copies, as a mask; 0: it does not.
  uint32_t across() const {
    return plan->action == isa::Action::CopyAcross
               ? static_cast<uint32_t>(values[plan->roles.cores])
               : 0;
  }
  /// Of a copy: whether the stream's memory is DRAM or another core's.
  bool is_far(const Stream& stream) const {
    return stream.space == isa::Space::Dram ||
           (across() != 0 && stream.access == isa::Access::Write);
  }
};

} // namespace npuforge::simulator
