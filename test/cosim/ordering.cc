#include "ordering.h"

#include <algorithm>

namespace npuforge::random_programs {
namespace {

using isa::Unit;

bool overlap(const Access& a, const Access& b) {
  return a.space == b.space && (a.write || b.write) && a.first <= b.last && b.first <= a.last;
}

// Units work in order, so within one unit only a read of what an earlier instruction has not yet
// written is unsafe; accumulation is safe because the array reads an accumulator row where it
// writes it.
bool conflict(Unit earlier_unit, const Access& earlier, Unit later_unit, const Access& later) {
  if (!overlap(earlier, later))
    return false;
  if (earlier_unit != later_unit)
    return true;
  return earlier.write && !later.write;
}

} // namespace

const Ordering::Entry* Ordering::latest_conflict(Unit from, const Entry& entry) const {
  for (auto it = entries_.rbegin(); it != entries_.rend(); ++it) {
    if (it->unit != from)
      continue;
    if (it->index <= entry.complete[static_cast<int>(from)])
      return nullptr;
    for (const Access& a : it->accesses)
      for (const Access& b : entry.accesses)
        if (conflict(from, a, entry.unit, b))
          return &*it;
  }
  return nullptr;
}

bool Ordering::room(int from, int to, size_t post) const {
  const auto& pairs = pairs_[from][to];
  if (!pairs.empty() && pairs.back().post >= post)
    return false; // tokens of a pair are first in, first out
  // An instruction that waits for a token of its own unit takes it at issue, when there must be
  // room for its post already.
  const auto pending =
      std::count_if(pairs.begin(), pairs.end(), [&](const TokenPair& p) { return p.wait >= post; });
  return pending + 1 <= token_max_;
}

bool Ordering::add(Unit unit, size_t position, const std::vector<Access>& accesses, int extra_unit,
                   std::vector<std::array<uint32_t, 2>>& masks) {
  const int self = static_cast<int>(unit);
  Entry entry{unit, count_[self] + 1, position, accesses, {}};
  for (auto it = entries_.rbegin(); it != entries_.rend(); ++it)
    if (it->unit == unit) {
      entry.complete = it->complete;
      break;
    }

  std::vector<std::pair<int, const Entry*>> awaited;
  for (int from = 1; from < isa::kUnitCount; ++from) {
    const Entry* target = latest_conflict(static_cast<Unit>(from), entry);
    if (!target && from == extra_unit) {
      for (const Entry& e : entries_)
        if (static_cast<int>(e.unit) == from && e.index > entry.complete[from])
          target = &e;
      if (target && !room(from, self, target->position))
        target = nullptr;
    }
    if (!target)
      continue;
    if (!room(from, self, target->position))
      return false;
    awaited.emplace_back(from, target);
  }
  for (auto [from, target] : awaited) {
    for (int v = 0; v < isa::kUnitCount; ++v)
      entry.complete[v] = std::max(entry.complete[v], target->complete[v]);
    entry.complete[from] = std::max(entry.complete[from], target->index);
    masks[target->position][1] |= 1u << self;
    masks[position][0] |= 1u << from;
    pairs_[from][self].push_back({target->position, position});
  }
  ++count_[self];
  entries_.push_back(std::move(entry));
  return true;
}

uint32_t Ordering::active_units() const {
  uint32_t mask = 0;
  for (const Entry& e : entries_)
    mask |= 1u << static_cast<int>(e.unit);
  return mask & ~1u; // the sequencer's own are complete when it goes on
}

size_t Ordering::last_position(Unit unit) const {
  size_t position = 0;
  for (const Entry& e : entries_)
    if (e.unit == unit)
      position = e.position;
  return position;
}

void Ordering::barrier() {
  entries_.clear();
  count_.fill(0);
  for (auto& row : pairs_)
    for (auto& pairs : row)
      pairs.clear();
}

} // namespace npuforge::random_programs
