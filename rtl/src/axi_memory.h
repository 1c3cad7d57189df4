#pragma once
// The memory at the core's AXI port: DRAM timing and contents of the simulator's library behind the
// handshakes of a cycle.

#include <deque>
#include <vector>

#include "npuforge/rtl/model.h"
#include "npuforge/simulator/dram.h"

namespace npuforge::rtl {

class AxiMemory {
public:
  AxiMemory(const isa::DramParams& params, simulator::DramData& data);

  /// The answers of cycle `now` to what the core shows in it. Called once for each cycle, in order.
  /// Throws std::out_of_range for an address beyond the memory.
  const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now);

private:
  struct Transfer {
    uint8_t id;
    uint64_t address;
    int beats, done;
    simulator::Cycle start;
  };

  simulator::DramTiming timing_;
  simulator::DramData& data_;
  int beat_bytes_;
  std::deque<Transfer> reads_, writes_;
  std::size_t sending_ = 0; ///< index of the write whose beats come next
  std::vector<uint8_t> beat_;
  NpuRtlInputs answers_{};

  void accept(const NpuRtlOutputs& shown, simulator::Cycle now);
  void take_beat(const NpuRtlOutputs& shown);
  void give_beat(simulator::Cycle now);
  void respond(simulator::Cycle now);
};

} // namespace npuforge::rtl
