#pragma once
// Address generators, and the streams that instructions walk with them (TIMING.md section 2).

#include <array>
#include <cstdint>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::simulator {

inline constexpr int kMaxLevels = 8;

struct Level {
  int32_t count = 1, stride = 0, low = 0, high = 1;
};

/// Level 0 is the fastest. Levels that the machine does not have keep a count of one.
using Generator = std::array<Level, kMaxLevels>;

/// A generator with a base, as copied into the queue: rows of a memory.
struct Stream {
  isa::Space space = isa::Space::Scratchpad;
  isa::Access access = isa::Access::Read;
  bool windowed = false; ///< rows outside the window have a fill value
  uint32_t base = 0;     ///< bytes; accumulator: rows
  int32_t levels = 0;    ///< levels of the machine
  int64_t steps = 1;     ///< rows
  int64_t unit = 1;      ///< bytes (accumulator: rows) touched from each row's address on
  bool empty = false;    ///< every row is outside
  int64_t first = 0;     ///< first byte (row) touched
  int64_t last = 0;      ///< last byte (row) touched
  Generator generator;
};

/// Sets steps, empty, first and last from the generator. Returns what is wrong with it, or null.
const char* measure(Stream& stream, int64_t memory_size);

/// Address of every row in order; kOutside for rows outside the window.
inline constexpr int64_t kOutside = -1;
void expand(const Stream& stream, std::vector<int64_t>& addresses);

/// Pieces of memory touched, merged where they meet, sorted; [first, second).
std::vector<std::pair<int64_t, int64_t>> pieces(const Stream& stream);

/// Walks the rows one at a time; windows are ignored.
class Walker {
public:
  void start(const Stream& stream);
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
