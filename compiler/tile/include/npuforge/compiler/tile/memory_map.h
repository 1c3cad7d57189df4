#pragma once
// Which part of the machine's memories serves which purpose. Everything is double-buffered: two
// slots of each.
//
// Source and destination of a unit lie in different banks from what the DMA fills for the next
// tile. Weights and parameters keep their place over the whole network, so that they are loaded
// while the layer before still computes.

#include "npuforge/isa/machine.h"

namespace npuforge::tile {

struct Place {
  int64_t address, bytes; ///< accumulator: in rows
};

struct MemoryMap {
  explicit MemoryMap(const isa::Machine& machine);
  Place weights[2], outputs[2], params[2], accumulators[2];
  Place weightSlots() const { return both(weights); }
  Place outputSlots() const { return both(outputs); }
  Place paramSlots() const { return both(params); }
  Place input; ///< activations that a layer reads; layers divide it themselves
  /// Beside layers whose inputs take little of each eighth of `input`, weights may stay there that
  /// several of them use: in stripes, at the same place of each eighth, from its begin on.
  static constexpr int64_t kStripes = 4;
  int64_t stripe; ///< bytes from one to the next
  Place kept;     ///< of a stripe
  int64_t
      idle_source; ///< scratchpad row that nobody writes: what instructions that only signal read
  int64_t idle_target; ///< scratchpad row that nobody reads
  int64_t idle_accumulator;

private:
  static Place both(const Place (&slots)[2]) {
    return {slots[0].address, slots[1].address - slots[0].address + slots[1].bytes};
  }
};

} // namespace npuforge::tile
