#pragma once
// A counter whose every unit knows from which cycle on it may be taken: tokens, places of a FIFO,
// slots of a queue, weight sets. Because each carries its time, it does not matter in which order
// the modules look at one cycle.

#include <cstddef>
#include <limits>
#include <vector>

#include "npuforge/simulator/dram.h"

namespace npuforge::simulator {

/// Later than every cycle of a run; sums with cycles do not overflow.
inline constexpr Cycle kNever = std::numeric_limits<Cycle>::max() / 4;

/// Oldest first. At most `capacity` at once.
class Credits {
public:
  /// Empties it, then puts in `present` credits that may be taken from cycle 0 on.
  void reset(int capacity, int present) {
    size_t size = 1;
    while (size < static_cast<size_t>(capacity) + 1)
      size *= 2;
    ring_.assign(size, 0);
    mask_ = size - 1;
    head_ = 0;
    tail_ = static_cast<size_t>(present);
  }

  size_t size() const { return tail_ - head_; }
  /// Cycle from which the first one, or `count` of them, may be taken; kNever when not known yet.
  Cycle ready() const { return head_ == tail_ ? kNever : ring_[head_ & mask_]; }
  Cycle ready(int count) const {
    return size() < static_cast<size_t>(count) ? kNever : ring_[(head_ + count - 1) & mask_];
  }
  Cycle take() { return ring_[head_++ & mask_]; }
  void take(int count) { head_ += static_cast<size_t>(count); }

  /// Gives one that may be taken from `time` on; kept in order of time.
  void give(Cycle time) {
    size_t at = tail_++;
    for (; at != head_ && ring_[(at - 1) & mask_] > time; --at)
      ring_[at & mask_] = ring_[(at - 1) & mask_];
    ring_[at & mask_] = time;
  }

private:
  std::vector<Cycle> ring_{0};
  size_t mask_ = 0, head_ = 0, tail_ = 0;
};

} // namespace npuforge::simulator
