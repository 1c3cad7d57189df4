#pragma once
// Streams (isa/stream.h), and walking one row after the other.

#include <array>
#include <cstdint>

#include "npuforge/isa/stream.h"

namespace npuforge::simulator {

using isa::expand;
using isa::Generator;
using isa::kMaxLevels;
using isa::kMaxStreams;
using isa::kOutside;
using isa::Level;
using isa::pieces;
using isa::Stream;
using isa::StreamPlan;

/// Walks the rows one at a time; windows are ignored.
class Walker {
public:
  void start(const Stream& stream) {
    generator_ = stream.generator;
    index_.fill(0);
    levels_ = stream.levels;
    address_ = stream.base;
  }
  uint32_t address() const { return address_; }
  void next() {
    for (int l = 0; l < levels_; ++l) {
      address_ += static_cast<uint32_t>(generator_[l].stride);
      if (++index_[l] < generator_[l].count)
        return;
      address_ -=
          static_cast<uint32_t>(generator_[l].stride) * static_cast<uint32_t>(generator_[l].count);
      index_[l] = 0;
    }
  }

private:
  Generator generator_;
  std::array<int32_t, kMaxLevels> index_{};
  int levels_ = 0;
  uint32_t address_ = 0;
};

} // namespace npuforge::simulator
