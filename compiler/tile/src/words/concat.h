#pragma once
// A product's matrix that is a concatenation: the product loads each part from where it lies, so
// that a cache of keys or values is not copied for the sake of one more row or column.

#include <vector>

#include "layers.h"
#include "words/words.h"

namespace npuforge::tile {

/// On a concatenation: the products that read it read its parts. It is no layer.
inline constexpr llvm::StringLiteral kPartsAttr = "tile.parts";

/// A box of the matrices [slices][rows][columns], all slices of it; steps and places in elements.
struct MatrixPart {
  mlir::Value source;
  int64_t from;                              ///< place of the box's first element
  int64_t slice_step, row_step, column_step; ///< in the source
  int64_t row, rows, column, columns;        ///< of the matrix
};

/// Marks the concatenations among the layers that only products read, as their matrices.
void markParts(const std::vector<Layer>& layers, int64_t cols);
/// The parts of a product's matrix of rank 3; none where it is no such concatenation.
std::vector<MatrixPart> matrixParts(mlir::Value matrix, int64_t cols);

} // namespace npuforge::tile
