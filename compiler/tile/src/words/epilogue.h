#pragma once
// Epilogues: a map that alone reads the results of a product, a pooling or a depthwise convolution
// is computed while they lie in the accumulator, so that they never go to DRAM. Both are one layer,
// whose operation is the map.

#include <functional>
#include <map>
#include <variant>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/tile/maps.h"

#include "blocks/epilogue_needs.h"
#include "words/words.h"

namespace npuforge::tile {

/// On a map: which of its operands is made by a part of its layer, the producer.
inline constexpr llvm::StringLiteral kProducerAttr = "tile.producer";
/// On a producer that is a part of its reader's layer.
inline constexpr llvm::StringLiteral kFusedAttr = "tile.fused";

/// How an operand lies beside the results, whose last dimension are the outputs.
enum class Beside {
  Results,  ///< the results themselves
  Sums,     ///< of the columns of the product's matrix, which the same product makes
  RowSums,  ///< of the rows of the product's left operand, which the same product makes
  Number,   ///< the same for all
  Row,      ///< one for each output, the same for all pixels
  SliceRow, ///< one for each output of each slice, the same for all of its pixels
  Column,   ///< one for each pixel, the same for all outputs
  Slice,    ///< of the shape of a slice's results, the same for all slices
  Tile,     ///< of their shape
};

/// Does a tile of results have a row of it for each pixel, and not one row?
inline bool isTile(Beside beside) {
  return beside == Beside::Slice || beside == Beside::Tile || beside == Beside::Column;
}

struct Epilogue {
  graph::MapOp map;
  llvm::SmallVector<Beside> operands; ///< of the map
  MapPlan plan;
};

/// The producer of a value or of what the value is a reshape of, if nobody else reads it. Null,
/// with a reason if it is one, if it cannot be a part of another layer.
mlir::Operation* producerBehind(mlir::Value value, std::string& reason);

/// The product of a row of ones with the producer's matrix that makes the value, if nobody else
/// reads it: then it makes these sums, too. Else null.
mlir::Operation* sumsFor(mlir::Operation& producer, mlir::Value value);

/// The product of the producer's left operand with a column of ones that makes the value, if nobody
/// else reads it and the producer has many rows: then it makes these sums, too. Else null.
mlir::Operation* rowSumsFor(mlir::Operation& producer, mlir::Value value);

/// The producer that is a part of a map's layer; null if none is.
mlir::Operation* fusedProducer(graph::MapOp map);

/// What a map with kProducerAttr reads, and its steps; fails with an error.
mlir::FailureOr<Epilogue> readEpilogue(graph::MapOp map);

/// The map as the epilogue of the producer that makes the operand, and plans for both, or why there
/// are none.
struct FusedPlan {
  mlir::Attribute producer;
  MapPlan map;
  llvm::SmallVector<mlir::Operation*>
      parts; ///< of the layer: the producer, and what makes its sums
};
std::variant<FusedPlan, std::string> planEpilogue(graph::MapOp map, int64_t operand,
                                                  const isa::Spec& spec,
                                                  const match::Patterns& patterns, bool fast_math);

/// What the plan's steps ask of the producer's tiles.
EpilogueNeeds needsOf(const Epilogue& epilogue);

/// The operands of an epilogue besides the results: in DRAM, and for each tile one behind the other
/// in the scratchpad.
class EpilogueOperands {
public:
  /// `epilogue` may be null: there are none. A tile has `pixels`, `pixel_bytes` from one to the
  /// next; of a column a row of `row_bytes` for each.
  EpilogueOperands(const Epilogue* epilogue, int64_t pixels, int64_t pixel_bytes,
                   int64_t row_bytes);
  /// Makes the buffers.
  void begin(Emit& emit, Session& session);
  bool empty() const { return places.empty(); }
  /// Bytes before an operand of the map.
  int64_t place(int64_t input) const { return places.at(input); }
  /// Loads all; `copy` says what and how.
  void load(Emit& emit, const std::function<Copy(Beside, mlir::Value dram, int64_t place)>& copy);

private:
  const Epilogue* const epilogue;
  std::map<int64_t, int64_t> places;    ///< by the operand's number
  std::map<int64_t, mlir::Value> drams; ///< by the same
};

/// The layer's code, whose producer is of this kind. Null, with an error emitted, when it cannot be
/// made.
std::unique_ptr<LayerCode> makeProductEpilogue(Emit& emit, Session& session, Epilogue epilogue,
                                               const isa::Spec& spec, const Part& part);
std::unique_ptr<LayerCode> makeWindowsEpilogue(Emit& emit, Session& session, Epilogue epilogue,
                                               const isa::Spec& spec, const Part& part);

} // namespace npuforge::tile
