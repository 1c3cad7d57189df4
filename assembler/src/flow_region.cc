#include "flow_region.h"

#include <algorithm>

namespace npuforge::assembler {
namespace {

int64_t ceil_div(int64_t a, int64_t b) {
  return a <= 0 ? -(-a / b) : (a + b - 1) / b;
}

/// Does the region's part below `level`, at `at`, touch [low, high]?
bool touches(const Region& region, int level, int64_t at, int64_t low, int64_t high) {
  if (level == 0)
    return at <= high && low < at + region.unit;
  const Region::Level& l = region.levels[static_cast<std::size_t>(level - 1)];
  int64_t span = region.unit - 1; // of what is below
  for (int i = 0; i < level - 1; ++i) {
    const Region::Level& below = region.levels[static_cast<std::size_t>(i)];
    span += below.stride * (below.count - 1);
  }
  const int64_t from = std::max<int64_t>(0, ceil_div(low - at - span, l.stride));
  const int64_t to = high < at ? -1 : std::min(l.count - 1, (high - at) / l.stride);
  for (int64_t i = from; i <= to; ++i)
    if (touches(region, level - 1, at + i * l.stride, low, high))
      return true;
  return false;
}

int64_t pieces_of(const Region& region) {
  int64_t pieces = 1;
  for (int l = 0; l < region.depth; ++l)
    pieces *= region.levels[static_cast<std::size_t>(l)].count;
  return pieces;
}

} // namespace

std::optional<Region> region_of(const isa::Stream& stream) {
  if (stream.empty)
    return {};
  Region region{.space = stream.space,
                .access = stream.access,
                .first = stream.first,
                .last = stream.last,
                .unit = stream.unit};
  std::array<Region::Level, isa::kMaxLevels> levels;
  std::size_t used = 0;
  for (int l = 0; l < stream.levels; ++l) {
    const isa::Level& level = stream.generator[static_cast<std::size_t>(l)];
    const auto [low, high] = isa::inside(level, stream.windowed);
    if (high - low > 1 && level.stride != 0)
      levels[used++] = {level.stride, high - low};
  }
  std::sort(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(used),
            [](const Region::Level& a, const Region::Level& b) { return a.stride < b.stride; });
  for (std::size_t l = 0; l < used; ++l) {
    const Region::Level& next = levels[l];
    Region::Level* outer =
        region.depth > 0 ? &region.levels[static_cast<std::size_t>(region.depth - 1)] : nullptr;
    if (outer == nullptr && next.stride <= region.unit)
      region.unit += next.stride * (next.count - 1);
    else if (outer != nullptr && next.stride == outer->stride * outer->count)
      outer->count *= next.count;
    else
      region.levels[static_cast<std::size_t>(region.depth++)] = next;
  }
  return region;
}

bool meet(const Region& a, const Region& b) {
  if (a.first > b.last || b.first > a.last)
    return false;
  const bool swap = pieces_of(b) < pieces_of(a);
  const Region &fewer = swap ? b : a, &more = swap ? a : b;
  return any_piece(fewer, [&](int64_t low, int64_t high) {
    return touches(more, more.depth, more.first, low, high);
  });
}

uint32_t Regions::add(const Region& region) {
  if (const auto known = numbers_.find(region); known != numbers_.end())
    return known->second;
  const auto number = static_cast<uint32_t>(regions_.size());
  regions_.push_back(region);
  numbers_.emplace(region, number);
  return number;
}

std::size_t Regions::Hash::operator()(const Region& region) const {
  uint64_t hash = static_cast<uint64_t>(region.space) * 2 + static_cast<uint64_t>(region.access);
  auto mix = [&hash](int64_t value) {
    hash = (hash ^ static_cast<uint64_t>(value)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  };
  mix(region.first);
  mix(region.unit);
  for (int l = 0; l < region.depth; ++l) {
    mix(region.levels[static_cast<std::size_t>(l)].stride);
    mix(region.levels[static_cast<std::size_t>(l)].count);
  }
  return hash;
}

} // namespace npuforge::assembler
