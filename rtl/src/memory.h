#pragma once
// What stands at the core's AXI port.

#include "npuforge/rtl/model.h"
#include "npuforge/simulator/dram.h"

namespace npuforge::rtl {

class Memory {
public:
  virtual ~Memory() = default;
  /// The answers of cycle `now` to what the core shows in it. Called once for each cycle, in order.
  /// Throws std::out_of_range for an address beyond the memory, std::logic_error where the core
  /// breaks a rule of AXI4.
  virtual const NpuRtlInputs& answer(const NpuRtlOutputs& shown, simulator::Cycle now) = 0;
};

/// A burst on its way.
struct Transfer {
  uint8_t id;
  uint64_t address;
  int beats, done;        ///< beats of the burst, and those that have moved
  simulator::Cycle start; ///< when its beats may move (a read), or are due (a write)
};

/// Stores the shown beat as the next one of `write`.
void take_beat(const NpuRtlOutputs& shown, Transfer& write, simulator::DramData& data,
               int beat_bytes);
/// The next beat of `read`, copied to `to`.
void give_beat(Transfer& read, const simulator::DramData& data, int beat_bytes, uint8_t* to);

} // namespace npuforge::rtl
