#pragma once
// The memory of the spec: DRAM timing and contents of the simulator's library behind the handshakes
// of a cycle.

#include <deque>
#include <vector>

#include "memory.h"

namespace npuforge::rtl {

class AxiMemory : public Memory {
public:
  AxiMemory(const isa::DramParams& params, simulator::DramData& data);
  const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now) override;

private:
  simulator::DramTiming timing_;
  simulator::DramData& data_;
  int beat_bytes_;
  std::deque<Transfer> reads_, writes_;
  std::size_t sending_ = 0; ///< index of the write whose beats come next
  std::vector<uint8_t> beat_;
  NpuRtlInputs answers_{};

  void accept(const NpuRtlOutputs& shown, simulator::Cycle now);
  void take(const NpuRtlOutputs& shown);
  void give(simulator::Cycle now);
  void respond(simulator::Cycle now);
};

} // namespace npuforge::rtl
