#include "placer.h"

#include <algorithm>

namespace npuforge::random_programs {

using isa::Operand;
using isa::Space;

int64_t Placer::unit_of(const Operand& operand) const {
  return operand.space == Space::Accumulator || operand.byte_aligned ? 1 : m_.row_bytes();
}

int64_t Placer::size_of(const Operand& operand) const {
  switch (operand.space) {
  case Space::Scratchpad:
    return m_.scratchpad.bytes;
  case Space::Accumulator:
    return m_.accumulator_rows();
  case Space::Dram:
    return data_.bytes;
  }
  return 0;
}

uint64_t Placer::banks_of(const Operand& operand, int64_t first, int64_t last) const {
  if (operand.space == Space::Dram || last < first)
    return 0;
  const int64_t bank =
      operand.space == Space::Scratchpad ? m_.bank_bytes() : m_.accumulator_bank_rows();
  uint64_t mask = 0;
  for (int64_t b = first / bank; b <= last / bank; ++b)
    mask |= uint64_t{1} << b;
  return mask;
}

Access Placer::access(const Operand& operand, const Placed& placed) const {
  const int64_t row = operand.space == Space::Scratchpad ? m_.row_bytes() : 1;
  // Whole rows, so that neighbours in one row are ordered too.
  const int64_t first = placed.first / row * row,
                last = placed.last < placed.first ? first - 1 : placed.last / row * row + row - 1;
  const int64_t shift = operand.space == Space::Dram ? data_.first : 0;
  return {operand.space, first + shift, last + shift, operand.access == isa::Access::Write};
}

Levels Placer::random_levels(int64_t total, int64_t unit, int64_t budget, bool windowed) {
  Levels levels(m_.sequencer.levels);
  for (size_t l = 0; l + 1 < levels.size() && total > 1; ++l) {
    std::vector<int64_t> divisors;
    for (int64_t d = 1; d <= total; ++d)
      if (total % d == 0)
        divisors.push_back(d);
    levels[l].count = random_.chance(50) ? total : random_.pick(divisors);
    total /= levels[l].count;
  }
  levels.back().count *= total;
  for (Level& level : levels) {
    level.high = level.count;
    const int64_t room = budget / unit / std::max<int64_t>(1, level.count - 1);
    if (level.count > 1)
      level.stride = unit * (random_.chance(50) ? std::min<int64_t>(1, room)
                                                : random_.between(0, std::min<int64_t>(room, 40)));
    budget -= level.stride * (level.count - 1);
    if (windowed && random_.chance(25)) {
      level.low = random_.between(-2, level.count);
      level.high = random_.between(level.low - 1, level.count + 2);
    }
  }
  return levels;
}

std::optional<Placed> Placer::place(const Operand& operand, int64_t total, int64_t width,
                                    int64_t align, uint64_t avoid, std::optional<Levels> given) {
  const int64_t size = size_of(operand);
  const bool windowed = !operand.fill.empty();
  for (int tries = 0; tries < 20; ++tries) {
    Placed placed;
    // Mostly inside a bank, sometimes over several.
    const int64_t budget = random_.chance(80) ? size / 8 : size / 2;
    placed.levels =
        given ? *given : random_levels(total, align, budget, windowed && random_.chance(60));
    int64_t low = 0, high = 0;
    bool empty = false;
    for (const Level& level : placed.levels) {
      const int64_t first = windowed ? std::max<int64_t>(level.low, 0) : 0;
      const int64_t last = windowed ? std::min(level.high, level.count) - 1 : level.count - 1;
      empty = empty || last < first;
      low += first * level.stride;
      high += last * level.stride;
    }
    if (empty) {
      placed.base = random_.between(0, size / align - 1) * align;
      return placed;
    }
    const int64_t extra = align == 1 && operand.space == Space::Scratchpad &&
                                  operand.access == isa::Access::Read && width % m_.row_bytes() == 0
                              ? m_.row_bytes() - 1
                              : 0; // an unaligned row may reach into the next one
    const int64_t lowest = -low, highest = size - width - extra - high;
    if (highest < lowest)
      continue;
    placed.base = random_.between((lowest + align - 1) / align, highest / align) * align;
    if (placed.base < lowest || placed.base > highest)
      continue;
    placed.first = placed.base + low;
    placed.last = placed.base + high + width - 1;
    if (operand.space == Space::Scratchpad && is_closed(placed.first, placed.last + extra))
      continue;
    placed.banks = banks_of(operand, placed.first, placed.last);
    if (placed.banks & avoid)
      continue;
    return placed;
  }
  return std::nullopt;
}

} // namespace npuforge::random_programs
