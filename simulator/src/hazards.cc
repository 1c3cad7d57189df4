#include "hazards.h"

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

using isa::Access;
using Pieces = std::vector<std::pair<int64_t, int64_t>>;

/// The cores in whose memory the stream of a core's instruction lies, as a mask; all share DRAM.
uint32_t owners(const Job& job, int core, const Stream& stream) {
  if (stream.space == isa::Space::Dram)
    return ~0u;
  return job.is_far(stream) ? job.across() : 1u << core;
}

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

/// An instruction of a core.
struct Work {
  const Job& job;
  int core;
};

bool meet(const Work& older, const Stream& a, const Work& newer, const Stream& b) {
  return (owners(older.job, older.core, a) & owners(newer.job, newer.core, b)) != 0 && meet(a, b);
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

std::optional<std::string> conflict(const Work& older, const Work& newer) {
  for (int a = 0; a < older.job.stream_count; ++a)
    for (int b = 0; b < newer.job.stream_count; ++b) {
      const Stream &x = older.job.streams[a], &y = newer.job.streams[b];
      if (x.access == Access::Read && y.access == Access::Read)
        continue;
      const bool same = older.core == newer.core;
      if ((same && ordered_by_unit(older.job, x, newer.job, y)) || !meet(older, x, newer, y))
        continue;
      return describe(older.job, x, y, same ? "" : fmt::format(" of core {}", older.core));
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

std::optional<std::string> find_hazard(std::span<Job* const> issued, const Job& job, int core) {
  std::optional<std::string> wrong = conflict_within(job);
  return wrong ? wrong : find_hazard_of_core(issued, core, job, core);
}

std::optional<std::string> find_hazard_of_core(std::span<Job* const> issued, int other,
                                               const Job& job, int core) {
  std::optional<std::string> wrong;
  for (const Job* old : issued)
    if (!wrong && old->complete > job.issue)
      wrong = conflict({*old, other}, {job, core});
  return wrong;
}

} // namespace npuforge::simulator
