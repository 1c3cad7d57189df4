#pragma once
// Moves that are transposes.

#include <optional>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

/// value = input with dimension perm[i] as its dimension i.
struct Transposed {
  mlir::Value input;
  Shape perm;
};

/// None if the value is made by anything but a transposing move. Dimensions of one element have no
/// stride to be known by; they keep their order.
std::optional<Transposed> transposed(mlir::Value value);

} // namespace npuforge::graph
