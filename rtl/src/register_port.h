#pragma once
// A host at the core's AXI4-Lite port while no program runs.

#include <cstdint>

#include "npuforge/rtl/model.h"

namespace npuforge::rtl {

class RegisterPort {
public:
  /// `shown`: what the core shows in the present cycle, kept up to date.
  RegisterPort(const NpuRtlModel& model, void* core, NpuRtlOutputs& shown)
      : model_(model), core_(core), shown_(shown) {}

  /// Both take some cycles, in which the memory answers nothing. Throw std::logic_error if the
  /// core refuses.
  void write(uint32_t offset, uint32_t value);
  uint32_t read(uint32_t offset);
  /// Both halves of a counter.
  uint64_t counter(uint32_t offset);

private:
  void step(const NpuRtlInputs& inputs);
  template <class Seen>
  void wait_for(const NpuRtlInputs& inputs, Seen seen);

  const NpuRtlModel& model_;
  void* core_;
  NpuRtlOutputs& shown_;
};

} // namespace npuforge::rtl
