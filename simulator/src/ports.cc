#include "ports.h"

namespace npuforge::simulator {

void Ports::reset(const isa::Machine& machine) {
  machine_ = &machine;
  scratch_banks_ = machine.scratchpad.banks;
  sum_banks_ = machine.accumulator.banks;
  bank_bytes_ = machine.bank_bytes();
  free_at_.assign(2 * (scratch_banks_ + sum_banks_), 0);
  holder_.assign(free_at_.size(), isa::Unit::Sequencer);
}

int Ports::base(isa::Space space, isa::Access port) const {
  bool write = port == isa::Access::Write;
  if (space == isa::Space::Scratchpad)
    return write ? scratch_banks_ : 0;
  return 2 * scratch_banks_ + (write ? sum_banks_ : 0);
}

Claim Ports::claim(const Stream& stream, isa::Access port) const {
  auto [first, last] = isa::banks(*machine_, stream);
  int offset = base(stream.space, port);
  return {first + offset, last + offset, 0, 0};
}

} // namespace npuforge::simulator
