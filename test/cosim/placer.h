#pragma once
// Finds random places for streams: levels, windows, strides and bases such that every row lies in
// its memory.

#include <cstdint>
#include <optional>

#include "npuforge/isa/spec.h"

#include "emitter.h"
#include "ordering.h"

namespace npuforge::random_programs {

/// A stream placed in its memory; addresses in bytes, of the accumulator in rows.
struct Placed {
  Levels levels;
  int64_t base = 0;
  int64_t first = 0, last = -1; ///< what it touches; last < first: nothing
  uint64_t banks = 0;
};

/// A stretch of a memory: of DRAM, that loads and stores use; of scratchpads, that copies do.
struct DataRegion {
  int64_t first, bytes;
};

class Placer {
public:
  Placer(const isa::Machine& machine, Random& random, DataRegion data)
      : m_(machine), random_(random), data_(data) {}

  /// A stream of `steps` rows of `width` bytes (accumulator: 1), base and strides multiples of
  /// `align`, in none of `avoid_banks`; with `levels` these instead of random ones. Nothing if no
  /// place was found in some tries. DRAM addresses are relative to data().
  std::optional<Placed> place(const isa::Operand& operand, int64_t steps, int64_t width,
                              int64_t align, uint64_t avoid_banks,
                              std::optional<Levels> levels = {});
  /// The alignment that the operand demands.
  int64_t unit_of(const isa::Operand& operand) const;
  Access access(const isa::Operand& operand, const Placed& placed) const;
  const DataRegion& data() const { return data_; }
  void set_data(DataRegion data) { data_ = data; }
  /// A stretch of the scratchpad in which no stream is placed, nor a part of one.
  void close(DataRegion stretch) { closed_ = stretch; }
  bool is_closed(int64_t first, int64_t last) const {
    return first < closed_.first + closed_.bytes && closed_.first <= last;
  }

private:
  Levels random_levels(int64_t steps, int64_t unit, int64_t budget, bool windowed);
  int64_t size_of(const isa::Operand& operand) const;
  uint64_t banks_of(const isa::Operand& operand, int64_t first, int64_t last) const;

  const isa::Machine& m_;
  Random& random_;
  DataRegion data_;
  DataRegion closed_{0, 0};
};

} // namespace npuforge::random_programs
