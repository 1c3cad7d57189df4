#pragma once
// Epilogues: a map that alone reads the results of a product is computed while they lie in the
// accumulator, so that they never go to DRAM. Both are one layer, whose operation is the map.

#include <variant>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/tile/maps.h"

#include "words_product.h"

namespace npuforge::tile {

/// On a map: which of its operands is the product that is a part of its layer.
inline constexpr llvm::StringLiteral kProductAttr = "tile.product";
/// On a product that is a part of its reader's layer.
inline constexpr llvm::StringLiteral kFusedAttr = "tile.fused";

/// How an operand lies beside the results, whose last dimension are the outputs.
enum class Beside {
  Product, ///< the results
  Number,  ///< the same for all
  Row,     ///< one for each output, the same for all pixels
  Slice,   ///< of the shape of a slice's results, the same for all slices
  Tile,    ///< of their shape
};

/// Does a tile of results have a tile of it, and not one row?
inline bool isTile(Beside beside) {
  return beside == Beside::Slice || beside == Beside::Tile;
}

struct Epilogue {
  graph::MapOp map;
  llvm::SmallVector<Beside> operands; ///< of the map
  MapPlan plan;
};

/// The product that makes a value or what the value is a reshape of, if nobody else reads it. Null,
/// with a reason unless the value comes from no product, if it cannot be a part of another layer.
mlir::Operation* productBehind(mlir::Value value, std::string& reason);

/// The product that is a part of a map's layer; null if none is.
mlir::Operation* fusedProduct(graph::MapOp map);

/// What a map with kProductAttr reads, and its steps; fails with an error.
mlir::FailureOr<Epilogue> readEpilogue(graph::MapOp map);

/// The product with the map as its epilogue and plans for both, or why there are none.
struct FusedPlan {
  ProductPlan product;
  MapPlan map;
};
std::variant<FusedPlan, std::string> planEpilogue(graph::MapOp map, int64_t product,
                                                  const isa::Spec& spec,
                                                  const match::Patterns& patterns, bool fast_math);

/// What the plan's steps ask of the product's tiles.
EpilogueNeeds needsOf(const Epilogue& epilogue);

} // namespace npuforge::tile
