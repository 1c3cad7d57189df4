#pragma once
// The bank ports of scratchpad and accumulator: until when each is taken, and by whom (TIMING.md
// sections 1 and 4).

#include <span>
#include <vector>

#include "npuforge/isa/spec.h"
#include "npuforge/simulator/dram.h"

#include "generator.h"

namespace npuforge::simulator {

/// Ports [first, last] held for cycles [issue + start, issue + start + cycles); none if last <
/// first.
struct Claim {
  int first = 0, last = -1;
  Cycle start = 0, cycles = 0;
  bool overlaps(const Claim& other) const { return first <= other.last && other.first <= last; }
};

class Ports {
public:
  void reset(const isa::Machine& machine);
  /// Ports of the banks that the stream touches.
  Claim claim(const Stream& stream, isa::Access port) const;

  /// Earliest cycle of a test in which the claim could be granted, and the port that says so.
  std::pair<Cycle, int> ready(const Claim& claim) const {
    std::pair<Cycle, int> latest{0, -1};
    for (int p = claim.first; p <= claim.last; ++p)
      if (free_at_[p] - 1 - claim.start > latest.first)
        latest = {free_at_[p] - 1 - claim.start, p};
    return latest;
  }
  void hold(const Claim& claim, Cycle issue, isa::Unit unit) {
    for (int p = claim.first; p <= claim.last; ++p) {
      free_at_[p] = issue + claim.start + claim.cycles;
      holder_[p] = unit;
    }
  }
  isa::Unit holder(int port) const { return holder_[port]; }
  Cycle free_at(int port) const { return free_at_[port]; }

  /// port_kind of a port.
  int kind(int port) const {
    const int sums = port - 2 * scratch_banks_;
    return sums < 0 ? port / scratch_banks_ : 2 + sums / sum_banks_;
  }

  int read_port(uint32_t address) const { return static_cast<int>(int64_t{address} / bank_bytes_); }
  int write_port(uint32_t address) const {
    return scratch_banks_ + static_cast<int>(int64_t{address} / bank_bytes_);
  }

private:
  int base(isa::Space space, isa::Access port) const;

  const isa::Machine* machine_ = nullptr;
  int scratch_banks_ = 0, sum_banks_ = 0;
  int64_t bank_bytes_ = 1;
  std::vector<Cycle> free_at_;
  std::vector<isa::Unit> holder_;
};

} // namespace npuforge::simulator
