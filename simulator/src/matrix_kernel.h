#pragma once
// The arithmetic of the array: i8 rows times an i8 weight set, i32 sums.

#include <cstdint>
#include <span>
#include <vector>

namespace npuforge::simulator {

/// Weights of one set, kept as pairs of array rows, the form in which the kernel multiplies.
struct WeightSet {
  WeightSet(int rows, int cols);
  /// Rows at these addresses; the array's other rows become zero.
  void load(const int8_t* memory, std::span<const int64_t> addresses);

  int rows, cols;
  int used_rows = 0;
  std::vector<int16_t> pairs; ///< [(rows + 1) / 2][cols][2]
};

struct MultiplyRows {
  std::span<const int64_t> from; ///< byte addresses; kOutside: the fill row
  std::span<const int64_t> to;   ///< accumulator rows
  const int8_t* memory;
  const int8_t* fill;
  int32_t* sums;
  bool accumulate;
};

/// In the order of rows, so that an accumulator row may come more than once.
void multiply(const MultiplyRows& rows, const WeightSet& weights);

} // namespace npuforge::simulator
