#pragma once
// Keeps a generated program ordered: for each new instruction it finds the earlier accesses that
// conflict with it and are not yet ordered before it by tokens, and adds the posts and waits that
// order them, without ever needing more tokens than a counter holds. Everything that an instruction
// waits for stands before it in the program, so no program deadlocks.

#include <array>
#include <cstdint>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::random_programs {

/// Bytes (scratchpad, DRAM) or rows (accumulator) [first, last] that an instruction reads or
/// writes; a bounding range.
struct Access {
  isa::Space space;
  int64_t first, last;
  bool write;
};

/// The tokens that make one instruction safe: units it waits for; the posts are added to the
/// earlier instructions' masks.
class Ordering {
public:
  explicit Ordering(int token_max) : token_max_(token_max) {}

  /// Adds an instruction of `unit` at program position `position`. `masks(position)` are wait and
  /// post masks, changed in place. With `extra` it also waits for that unit's latest instruction if
  /// it can. False: not possible with the tokens there are; nothing was changed.
  bool add(isa::Unit unit, size_t position, const std::vector<Access>& accesses, int extra_unit,
           std::vector<std::array<uint32_t, 2>>& masks);

  /// Units that have instructions since the last barrier.
  uint32_t active_units() const;
  /// Position of the unit's latest instruction since the last barrier.
  size_t last_position(isa::Unit unit) const;
  /// Everything so far is complete before whatever follows.
  void barrier();

private:
  struct Entry {
    isa::Unit unit;
    int index; // among the unit's instructions since the barrier
    size_t position;
    std::vector<Access> accesses;
    std::array<int, isa::kUnitCount>
        complete; // per unit: index up to which it is complete when this one issues
  };
  struct TokenPair {
    size_t post, wait; // positions
  };

  const Entry* latest_conflict(isa::Unit from, const Entry& entry) const;
  bool room(int from, int to, size_t post) const;

  int token_max_;
  std::vector<Entry> entries_;
  std::array<int, isa::kUnitCount> count_{};
  std::vector<TokenPair> pairs_[isa::kUnitCount][isa::kUnitCount];
};

} // namespace npuforge::random_programs
