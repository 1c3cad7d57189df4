#pragma once
// Which layers' results a layer reads, and where.

#include "cores/part.h"

namespace npuforge::tile {

/// The last operations of the layers, and operations of control flow, whose results the layer that
/// ends in `root` reads, each once. Views and what is fused stand for what they read.
llvm::SmallVector<mlir::Operation*> readsOf(mlir::Operation& root);

/// May a part of `reader` (partOf) read what a part of `writer` stores? True where it is not known.
bool mayRead(const Layer& reader, const Layer& writer, const Part& written,
             const isa::Machine& machine);

} // namespace npuforge::tile
