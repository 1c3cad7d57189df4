#pragma once
// The instruction cache: which lines are valid when, and the one fill that may be under way
// (TIMING.md section 3).

#include <vector>

#include "credits.h"

namespace npuforge::simulator {

class Memory;

class Fetch {
public:
  /// `text_lines` is the number of cache lines of the text.
  void reset(int core, int cache_lines, int64_t text_lines, uint64_t text_address, int line_bytes,
             int beats);

  bool valid(int64_t line, Cycle at) const {
    const Slot& s = slots_[line & mask_];
    return s.line == line && at >= s.valid_from && at < s.invalid_from;
  }
  bool filling() const { return filling_ >= 0; }
  /// What the cache does in cycle `at` with pc in `line`: takes note of a fill that is complete,
  /// asks for the next one.
  void step(int64_t line, Cycle at, Memory& memory);

private:
  struct Slot {
    int64_t line = -1;
    Cycle valid_from = 0, invalid_from = kNever;
  };
  void ask(int64_t line, Cycle at, Memory& memory);

  std::vector<Slot> slots_;
  int64_t mask_ = 0, text_lines_ = 0;
  uint64_t text_address_ = 0;
  int core_ = 0, line_bytes_ = 0, beats_ = 0;
  int64_t filling_ = -1;
};

} // namespace npuforge::simulator
