#include "hazards.h"

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

using isa::Access;
using Pieces = std::vector<std::pair<int64_t, int64_t>>;

bool bounds_meet(const Stream& a, const Stream& b) {
  return a.space == b.space && !a.empty && !b.empty && a.first <= b.last && b.first <= a.last;
}

bool pieces_meet(const Pieces& a, const Pieces& b) {
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].first < b[j].second && b[j].first < a[i].second)
      return true;
    a[i].second <= b[j].second ? ++i : ++j;
  }
  return false;
}

bool meet(const Stream& a, const Stream& b) {
  return bounds_meet(a, b) && pieces_meet(pieces(a), pieces(b));
}

/// Whether order within the unit leaves these two accesses undefined: only a vector read of an
/// unfinished write does.
bool ordered_by_unit(const Job& older, const Stream& a, const Job& newer, const Stream& b) {
  if (older.unit() != newer.unit())
    return false;
  return older.unit() != isa::Unit::Vector || a.access != Access::Write || b.access != Access::Read;
}

std::string describe(const Job& older, const Stream& x, const Stream& y, const std::string& whose) {
  return fmt::format("{} of {} [{}, {}] meets the {} of the instruction at pc {} of unit {}{}, "
                     "which is not complete: "
                     "nothing orders them",
                     y.access == Access::Write ? "write" : "read", isa::name(y.space), y.first,
                     y.last, x.access == Access::Write ? "write" : "read", older.pc,
                     isa::name(older.unit()), whose);
}

std::optional<std::string> conflict(const Job& older, const Job& newer) {
  for (int a = 0; a < older.stream_count; ++a)
    for (int b = 0; b < newer.stream_count; ++b) {
      const Stream &x = older.streams[a], &y = newer.streams[b];
      if (x.access == Access::Read && y.access == Access::Read)
        continue;
      if (ordered_by_unit(older, x, newer, y) || !meet(x, y))
        continue;
      return describe(older, x, y, "");
    }
  return std::nullopt;
}

/// Of two cores: only DRAM is the same memory.
std::optional<std::string> conflict_of_cores(const Job& older, int other, const Job& newer) {
  for (int a = 0; a < older.stream_count; ++a)
    for (int b = 0; b < newer.stream_count; ++b) {
      const Stream &x = older.streams[a], &y = newer.streams[b];
      const bool writes = x.access == Access::Write || y.access == Access::Write;
      if (writes && x.space == isa::Space::Dram && meet(x, y))
        return describe(older, x, y, fmt::format(" of core {}", other));
    }
  return std::nullopt;
}

/// A map or reduction may write the rows that it reads only if each row goes to its own place, and
/// to no other row's.
std::optional<std::string> conflict_within(const Job& job) {
  if (job.unit() != isa::Unit::Vector || job.plan->destination < 0)
    return std::nullopt;
  const Stream& out = job.streams[job.plan->destination];
  for (int s = 0; s < job.stream_count; ++s) {
    const Stream& in = job.streams[s];
    if (in.access == Access::Read && meet(in, out))
      if (const char* wrong = isa::overlap_within(out, in))
        return wrong;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> find_hazard(std::span<Job* const> issued, const Job& job) {
  std::optional<std::string> wrong = conflict_within(job);
  for (const Job* old : issued)
    if (!wrong && old->complete > job.issue)
      wrong = conflict(*old, job);
  return wrong;
}

std::optional<std::string> find_hazard_of_cores(std::span<Job* const> issued, int other,
                                                const Job& job) {
  std::optional<std::string> wrong;
  for (const Job* old : issued)
    if (!wrong && old->complete > job.issue)
      wrong = conflict_of_cores(*old, other, job);
  return wrong;
}

} // namespace npuforge::simulator
