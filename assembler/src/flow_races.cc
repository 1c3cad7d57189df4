#include "flow_races.h"

namespace npuforge::assembler {
namespace {

const char* verb(isa::Access access) {
  return access == isa::Access::Write ? "write" : "read";
}

/// Does the order of a unit alone say what these accesses do?
bool in_order(isa::Unit unit, isa::Access older, isa::Access newer) {
  return unit != isa::Unit::Vector || older != isa::Access::Write || newer != isa::Access::Read;
}

} // namespace

void Races::issue(const Place& place, const FlowStep& step, const Clock& clock) {
  for (const uint32_t number : step.touched())
    any_memory(place, regions_[number], [&](const Memory& memory) {
      compare(place, regions_[number], memory, clock);
      return false;
    });
  for (const uint32_t number : step.touched())
    any_memory(place, regions_[number], [&](const Memory& memory) {
      marks_of(place, regions_[number], memory).set(regions_[number], place.number + 1);
      return false;
    });
}

void Races::compare(const Place& place, const Region& region, const Memory& memory,
                    const Clock& clock) {
  for (const Toucher& toucher : memories_[memory]) {
    if (toucher.access == isa::Access::Read && region.access == isa::Access::Read)
      continue;
    if (toucher.core == place.core && toucher.unit == place.unit &&
        in_order(place.unit, toucher.access, region.access))
      continue;
    const uint32_t complete = clock[entry_of(toucher.core, toucher.unit)];
    if (toucher.marks.most() > complete && toucher.marks.any_above(region, complete))
      search(place, region, memory, toucher, complete);
  }
}

/// A step from number `from` on touches one of the region's granules: the same bytes?
void Races::search(const Place& place, const Region& region, const Memory& memory,
                   const Toucher& toucher, uint32_t from) {
  for (Place other{toucher.core, toucher.unit, from}; other.number < toucher.marks.most();
       ++other.number)
    for (const uint32_t number : order_.step(other).touched()) {
      const Region& touched = regions_[number];
      const bool there =
          any_memory(other, touched, [&](const Memory& one) { return one == memory; });
      if (there && touched.access == toucher.access && meet(touched, region))
        return order_.behind(other, place) ? report(other, touched, place, region)
                                           : report(place, region, other, touched);
    }
}

void Races::report(const Place& place, const Region& region, const Place& other,
                   const Region& touched) {
  const bool same_core = other.core == place.core;
  findings_.problem(
      static_cast<int>(place.core), order_.step(place).pc,
      "its {} of {} [{}, {}] meets the {} of {} of {}, which need not be complete: {}",
      verb(region.access), isa::name(region.space), region.first, region.last, verb(touched.access),
      text_.print(order_.step(other).pc),
      same_core ? fmt::format("unit {}", isa::name(other.unit))
                : fmt::format("core {}", other.core),
      same_core ? "no tokens order them" : "neither tokens nor events order them");
}

Marks& Races::marks_of(const Place& place, const Region& region, const Memory& memory) {
  std::vector<Toucher>& touchers = memories_[memory];
  for (Toucher& toucher : touchers)
    if (toucher.core == place.core && toucher.unit == place.unit && toucher.access == region.access)
      return toucher.marks;
  const int64_t granule = region.space == isa::Space::Accumulator ? 1
                          : region.space == isa::Space::Dram      ? machine_.dram.beat_bytes
                                                                  : machine_.row_bytes();
  return touchers.emplace_back(Toucher{place.core, place.unit, region.access, Marks(granule)})
      .marks;
}

} // namespace npuforge::assembler
