#include "npuforge/isa/stream.h"

#include <algorithm>

namespace npuforge::isa {
namespace {

constexpr int32_t kMaxCount = 65535;
constexpr int64_t kMaxSteps = 1 << 24;

void expand_level(const Stream& stream, int level, uint32_t address, bool in,
                  std::vector<int64_t>& addresses) {
  const Level& l = stream.generator[level];
  auto [low, high] = inside(l, stream.windowed);
  if (level > 0) {
    for (int64_t i = 0; i < l.count; ++i, address += static_cast<uint32_t>(l.stride))
      expand_level(stream, level - 1, address, in && i >= low && i < high, addresses);
    return;
  }
  size_t at = addresses.size();
  addresses.resize(at + static_cast<size_t>(l.count), kOutside);
  if (!in)
    return;
  for (int64_t i = low; i < high; ++i)
    addresses[at + static_cast<size_t>(i)] =
        static_cast<uint32_t>(address + static_cast<uint32_t>(i * l.stride));
}

/// Levels above the last one that counts; at least one.
int used_levels(const Stream& stream) {
  int levels = 1;
  for (int l = 1; l < stream.levels; ++l)
    if (stream.generator[l].count != 1 || stream.windowed)
      levels = l + 1;
  return levels;
}

/// Whether two of the rows lie on the same bytes.
bool rows_meet(std::vector<int64_t> addresses, int64_t unit) {
  std::erase(addresses, kOutside);
  std::sort(addresses.begin(), addresses.end());
  for (size_t i = 1; i < addresses.size(); ++i)
    if (addresses[i] - addresses[i - 1] < unit)
      return true;
  return false;
}

} // namespace

std::pair<int64_t, int64_t> inside(const Level& level, bool windowed) {
  if (!windowed)
    return {0, level.count};
  return {std::max(level.low, 0), std::min(level.high, level.count)};
}

const char* measure(Stream& stream, int64_t memory_size) {
  stream.steps = 1;
  stream.empty = false;
  uint32_t low_address = stream.base;
  int64_t span = 0;
  for (int l = 0; l < stream.levels; ++l) {
    const Level& level = stream.generator[l];
    if (level.count < 1 || level.count > kMaxCount)
      return "a generator's count is not in 1..65535";
    if (level.stride < 0)
      return "a generator's stride is negative";
    stream.steps *= level.count;
    if (stream.steps >= kMaxSteps)
      return "a generator walks 2^24 rows or more";
    auto [low, high] = inside(level, stream.windowed);
    if (high <= low) {
      stream.empty = true;
      continue;
    }
    low_address += static_cast<uint32_t>(low * level.stride);
    span += (high - 1 - low) * level.stride;
  }
  stream.first = low_address;
  stream.last = low_address + span + stream.unit - 1;
  if (!stream.empty && stream.last >= memory_size)
    return "reaches outside its memory";
  return nullptr;
}

void expand(const Stream& stream, std::vector<int64_t>& addresses) {
  addresses.clear();
  expand_level(stream, used_levels(stream) - 1, stream.base, true, addresses);
}

std::vector<std::pair<int64_t, int64_t>> pieces(const Stream& stream) {
  std::vector<int64_t> addresses;
  expand(stream, addresses);
  std::erase(addresses, kOutside);
  if (!std::is_sorted(addresses.begin(), addresses.end()))
    std::sort(addresses.begin(), addresses.end());
  std::vector<std::pair<int64_t, int64_t>> merged;
  for (int64_t address : addresses) {
    if (!merged.empty() && address <= merged.back().second)
      merged.back().second = std::max(merged.back().second, address + stream.unit);
    else
      merged.emplace_back(address, address + stream.unit);
  }
  return merged;
}

std::pair<int, int> banks(const Machine& machine, const Stream& stream) {
  if (stream.empty)
    return {0, -1};
  const int64_t size =
      stream.space == Space::Scratchpad ? machine.bank_bytes() : machine.accumulator_bank_rows();
  return {static_cast<int>(stream.first / size), static_cast<int>(stream.last / size)};
}

const char* overlap_within(const Stream& destination, const Stream& source) {
  std::vector<int64_t> from, to;
  expand(source, from);
  expand(destination, to);
  if (from != to || source.unit != destination.unit)
    return "its destination overlaps its source, and is not the same rows";
  if (rows_meet(std::move(to), destination.unit))
    return "its destination is its source, whose rows overlap each other";
  return nullptr;
}

} // namespace npuforge::isa
