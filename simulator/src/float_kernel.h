#pragma once
// The arithmetic of the array on floats (TIMING.md section 5): a column's sum is a chain of fused
// multiply-adds in the order of the array's rows, in f32.

#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/type.h"

namespace npuforge::simulator {

/// Weights of one set as f32, whatever float type they were preloaded as; [used_rows][cols].
struct FloatWeights {
  int used_rows = 0, cols = 0;
  std::vector<float> values;

  /// Rows of `type` at these byte addresses.
  void load(const int8_t* memory, std::span<const int64_t> addresses, isa::Type type);
};

struct FloatRows {
  std::span<const int64_t> from; ///< byte addresses; kOutside: the fill in every element
  std::span<const int64_t> to;   ///< accumulator rows
  isa::Type type;                ///< of the activations: F32, BF16 or F16
  const int8_t* memory;
  int32_t fill;  ///< bits of an f32, which is rounded to `type`
  int32_t* sums; ///< bits of f32
  bool accumulate;
};

/// In the order of rows, so that an accumulator row may come more than once.
void multiply(const FloatRows& rows, const FloatWeights& weights);

} // namespace npuforge::simulator
