#pragma once
// A memory that keeps AXI4's rules and nothing else: random latencies, channels that are not ready,
// beats with gaps between them, reads of different ids in any order. What a program computes must
// not depend on any of it.

#include <array>
#include <deque>
#include <random>
#include <vector>

#include "memory.h"

namespace npuforge::rtl {

class RoughMemory : public Memory {
public:
  /// The seed decides also how rough it is.
  RoughMemory(const isa::DramParams& params, simulator::DramData& data, uint64_t seed);
  const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now) override;

private:
  bool chance(double probability);
  size_t any(size_t count);
  simulator::Cycle later(simulator::Cycle now);
  void accept(const NpuRtlOutputs& shown, simulator::Cycle now);
  void take(const NpuRtlOutputs& shown, simulator::Cycle now);
  void give(simulator::Cycle now);
  void respond(simulator::Cycle now);

  simulator::DramData& data_;
  int beat_bytes_;
  std::mt19937_64 random_;
  double address_ready_, write_ready_, read_valid_, answer_valid_; ///< probabilities in a cycle
  int most_latency_;
  struct Answer {
    uint8_t id;
    simulator::Cycle due;
  };
  std::array<std::deque<Transfer>, 2 * kNpuRtlMostCores> reads_; ///< by id
  std::deque<Transfer> writes_;                                  ///< whose beats come
  std::array<std::deque<Answer>, kNpuRtlMostCores> answers_due_; ///< by id
  std::vector<uint8_t> beat_;
  NpuRtlInputs answers_{};
};

} // namespace npuforge::rtl
