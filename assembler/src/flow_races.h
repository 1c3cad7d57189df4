#pragma once
// Whether instructions that touch the same bytes, one of them writing, are ordered in every timing:
// the older one is complete when the newer one issues (TIMING.md section 2). Within a unit only the
// vector unit can read what it has not written yet.

#include <map>
#include <vector>

#include "flow_findings.h"
#include "flow_marks.h"
#include "flow_order.h"

namespace npuforge::assembler {

class Races {
public:
  Races(const isa::Machine& machine, const ScalarText& text, const Regions& regions,
        const Order& order, Findings& findings)
      : machine_(machine), text_(text), regions_(regions), order_(order), findings_(findings) {}

  /// A step issues; what `clock` says is complete then. In the order of Order::walk.
  void issue(const Place& place, const FlowStep& step, const Clock& clock);

private:
  /// Who has touched a memory, and how.
  struct Toucher {
    std::size_t core;
    isa::Unit unit;
    isa::Access access;
    Marks marks;
  };
  using Memory = std::pair<std::size_t, isa::Space>; ///< of a core; DRAM: all have that of core 0

  /// Calls f(memory) for each memory in which a region of a core lies, until it returns true.
  template <typename F>
  static bool any_memory(const Place& place, const Region& region, F f) {
    if (region.cores == 0)
      return f(Memory{region.space == isa::Space::Dram ? 0 : place.core, region.space});
    for (std::size_t core = 0; region.cores >> core != 0; ++core)
      if ((region.cores >> core & 1) != 0 && f(Memory{core, region.space}))
        return true;
    return false;
  }
  void compare(const Place& place, const Region& region, const Memory& memory, const Clock& clock);
  void search(const Place& place, const Region& region, const Memory& memory,
              const Toucher& toucher, uint32_t from);
  void report(const Place& place, const Region& region, const Place& other, const Region& touched);
  Marks& marks_of(const Place& place, const Region& region, const Memory& memory);

  const isa::Machine& machine_;
  const ScalarText& text_;
  const Regions& regions_;
  const Order& order_;
  Findings& findings_;
  std::map<Memory, std::vector<Toucher>> memories_;
};

} // namespace npuforge::assembler
