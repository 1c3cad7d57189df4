#pragma once
// The DRAM port that all cores share, over time: how much of it is taken when.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace npuforge::tile {

class DramTime {
public:
  explicit DramTime(int64_t beat_bytes) : slot_bytes_(beat_bytes * kSlotCycles) {}

  /// Takes what is left of the port from cycle `begin` on until `bytes` have passed; returns the
  /// cycle of the last one.
  int64_t take(int64_t begin, int64_t bytes) {
    begin = std::max<int64_t>(begin, 0);
    int64_t end = begin;
    for (size_t slot = static_cast<size_t>(begin / kSlotCycles); bytes > 0; ++slot) {
      if (slot >= used_.size())
        used_.resize(2 * slot + 64, 0);
      const int64_t part = std::min(bytes, slot_bytes_ - used_[slot]);
      if (part == 0)
        continue;
      used_[slot] += part, bytes -= part;
      log_.push_back({slot, part});
      end = static_cast<int64_t>(slot) * kSlotCycles + used_[slot] * kSlotCycles / slot_bytes_;
    }
    return std::max(begin, end);
  }

  /// Gives back all that has been taken since the last keep().
  void undo() {
    for (auto [slot, part] : log_)
      used_[slot] -= part;
    log_.clear();
  }
  void keep() { log_.clear(); }

private:
  static constexpr int64_t kSlotCycles = 256;
  int64_t slot_bytes_;
  std::vector<int64_t> used_; ///< bytes in each slot of cycles
  std::vector<std::pair<size_t, int64_t>> log_;
};

} // namespace npuforge::tile
