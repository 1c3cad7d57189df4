#pragma once
// Random graphs of tensor operators as text.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace npuforge::test {

struct TensorText {
  std::vector<int64_t> shape;
  std::string element;      ///< as MLIR writes it: "f32", "ui8", ...
  std::string type() const; ///< "tensor<2x3xf32>"
};

struct GraphOfTensors {
  std::vector<TensorText> inputs;
  TensorText output;
  std::string text; ///< a module with @main, whose ports are x0, x1, ... and y
};

/// A map over operands that broadcast; its body computes with `elements` types, or f32, i32 and
/// comparisons when that is empty.
GraphOfTensors randomMap(std::mt19937& random, const std::string& element = "");
/// A move of random kind: transpose, slice with steps of either sign, concatenation, padding.
GraphOfTensors randomMove(std::mt19937& random);
GraphOfTensors randomReduce(std::mt19937& random);

} // namespace npuforge::test
