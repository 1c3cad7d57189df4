#pragma once
// Bounds of integers that hold anyway.

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

/// Drops maxima and minima with constants, of i32, that change nothing: maps that are merged each
/// bring the bounds of the bytes that lay between them. A float that becomes i32, is bounded to
/// i8's range and then i8 becomes i8 at once, which is the same, and so does an i8 that is extended
/// and truncated. `body`: that of a map, or of a change between words and blocks.
void foldClamps(mlir::Region& body);

/// Is the i32 within i8's range, as far as its body tells?
bool holdsByte(mlir::Value word);

} // namespace npuforge::graph
