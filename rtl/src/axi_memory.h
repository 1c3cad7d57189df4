#pragma once
// The memory of the spec: the simulator's DRAM timing behind the handshakes of a cycle. A read's
// bytes are read when its burst is accepted, a write's are written with its last beat.

#include <deque>
#include <vector>

#include "memory.h"

namespace npuforge::rtl {

class AxiMemory : public Memory {
public:
  AxiMemory(const isa::DramParams& params, simulator::DramPort& port);
  const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now) override;
  bool idle() const { return reads_.empty() && writes_.empty(); }

private:
  struct Burst {
    uint8_t id;
    uint64_t address;
    int beats, done;
    simulator::Cycle due; ///< the first beat of a read; the response to a write, at the earliest
    std::vector<std::byte> bytes;
    std::vector<unsigned char> masks; ///< of a write, one a byte: 0xff or 0
  };

  simulator::DramTiming timing_;
  simulator::DramPort& port_;
  size_t beat_bytes_;
  std::deque<Burst> reads_, writes_;
  std::size_t sending_ = 0; ///< index of the write whose beats come next
  std::vector<uint8_t> beat_;
  NpuRtlInputs answers_{};

  void accept(const NpuRtlOutputs& shown, simulator::Cycle now);
  void take(const NpuRtlOutputs& shown, simulator::Cycle now);
  void give(simulator::Cycle now);
  void respond(simulator::Cycle now);
};

} // namespace npuforge::rtl
