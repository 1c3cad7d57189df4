#pragma once
// What a set of runs made happen: which unit waited for what, and which units met at which kind of
// bank port.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"
#include "npuforge/simulator/simulator.h"

namespace npuforge::cosim {

class RunCoverage {
public:
  explicit RunCoverage(const isa::Spec& spec);
  void add(const simulator::RunStats& stats);
  std::string table() const;
  /// What can happen on this machine and did not.
  std::vector<std::string> missing() const;

private:
  static constexpr int kUnits = isa::kUnitCount;
  std::array<std::array<int64_t, simulator::kStallCount>, kUnits> waits_{};
  // By port_kind, waiting unit, holding unit.
  std::array<simulator::Conflicts, simulator::kPortKinds> conflicts_{};
  bool can_wait_[kUnits][simulator::kStallCount] = {};
  bool can_conflict_[simulator::kPortKinds][kUnits][kUnits] = {};
};

} // namespace npuforge::cosim
