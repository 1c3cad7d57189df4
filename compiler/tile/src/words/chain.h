#pragma once
// Chains: reductions along the rows of a matrix and the maps before, between and behind them, as
// softmax and the normalisations are made of. A chain is one layer, whose operation is its last
// map: some rows at a time lie in the accumulator until all is done, and only the last result goes
// to DRAM.

#include <optional>
#include <string>
#include <variant>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/tile/maps.h"

#include "words/words.h"

namespace npuforge::tile {

/// On the last map of a chain: its rows that a tile has.
inline constexpr llvm::StringLiteral kChainAttr = "tile.chain";

/// How the elements of a value lie in the matrix [rows, length], row-major.
struct Lie {
  bool is_row = false;    ///< one element for each column, the same for all rows
  bool is_column = false; ///< one element for each row; both: one number for all
  bool operator==(const Lie&) const = default;
};

struct Chain {
  int64_t rows = 0, length = 0;
  llvm::SmallVector<mlir::Operation*> members; ///< maps and reductions in their block's order
  llvm::SmallVector<mlir::Value> inputs;       ///< what they read besides each other

  bool makes(mlir::Value value) const; ///< or what it is a reshape of
  mlir::Operation* last() const { return members.back(); }
};

/// What a value is a reshape of.
mlir::Value unshaped(mlir::Value value);
/// How a map's result or a reduction's operand lies; none if it is no such matrix.
std::optional<Lie> lieOf(mlir::Value value, const Chain& chain);
/// How an operand of a map lies, broadcast to the map's result.
std::optional<Lie> lieOf(mlir::Value operand, graph::MapOp map, const Chain& chain);

/// The longest chain that begins with the reduction; none, with a reason if it could be expected.
std::optional<Chain> findChain(graph::ReduceOp first, std::string& reason);
/// The chain that ends with a map with kChainAttr.
Chain readChain(graph::MapOp last);

/// The steps of a tile, with their values' places, and rows of the matrix that a tile has; or why
/// it does not fit the machine. Where the last block of lanes of a row is not full, there is one
/// more input behind those of the chain: the mask, a row of words that are not 0, as integers and
/// as floats, where there are elements.
struct ChainPlan {
  MapPlan steps;
  int64_t rows = 1;
};
std::variant<ChainPlan, std::string> planChain(const Chain& chain, const isa::Spec& spec,
                                               const match::Patterns& patterns, bool fast_math);

/// The layer of a chain.
extern const WordsKind kWordsChain;

} // namespace npuforge::tile
