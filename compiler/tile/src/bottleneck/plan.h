#pragma once
// An inverted bottleneck as one layer: a 1x1 convolution that expands, a depthwise convolution, and
// a 1x1 convolution that projects, whose tensors in between never leave the chip. Or, without the
// expansion, the other two.

#include <string>
#include <variant>

#include "plan/plan.h"

namespace npuforge::tile {

/// The projection with the depthwise convolution before it as one layer, as bottleneckOf() is with
/// the expansion. `tile.bottleneck` tells the number of convolutions: 3, or 2.
std::variant<Layer, std::string> separableOf(const Layer& projection);

/// The convolutions before the projection, which is the layer itself. Null: the depthwise one reads
/// the layer's input.
inline const Layer* expansionOf(const Layer& layer) {
  return layer.before.size() > 1 ? &layer.before[0] : nullptr;
}
inline const Layer& depthwiseOf(const Layer& layer) {
  return layer.before.back();
}

/// Of the rows that the expansion makes as many pieces are in the accumulators at once.
inline constexpr int64_t kPiecesAtOnce = 2;

/// Sizes of the tiles of a band of result rows. The depthwise convolution's input, `hidden`, is
/// made for one block of channels at a time, with its padding; the array computes the upper
/// `plan.array_rows` result rows of it and the vector unit those below.
struct BottleneckTiles {
  int64_t in_blocks, hidden_blocks, out_blocks, bands;
  int64_t first_row, rows;  ///< of hidden rows: the first that the expansion makes, how many
  int64_t in_row, in_plane; ///< bytes of a row of the input's slot, of a block of channels
  int64_t in_bytes;      ///< of the input's slot; without an expansion it holds the sum's operand
  int64_t pitch;         ///< bytes of a hidden row
  int64_t upper, lower;  ///< hidden rows under either unit's results
  int64_t lower_first;   ///< the first one under the vector unit's
  int64_t dense_bytes;   ///< of the depthwise result
  int64_t pieces, piece; ///< rows that the expansion makes at once
  int64_t share,
      expand[kPiecesAtOnce]; ///< accumulator rows where the array's share and pieces begin
  bool share_alone;          ///< it lies in no bank of the sums
  bool apart;                ///< no two of the accumulators' tiles that meet share a bank
  int64_t diagonal_bytes, weight_bytes, param_bytes; ///< of a step: of its diagonals, of all
  int64_t filter_params; ///< where the depthwise convolution's begin among the parameters
};
BottleneckTiles bottleneckTiles(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// Where everything lies. Units that work at the same time read different banks.
struct BottleneckPlaces {
  explicit BottleneckPlaces(const isa::Machine& machine);
  Place input, upper, lower, dense; ///< dense: four slots, the projection's parameters behind them
  static constexpr int kDenseSlots = 4;
};

struct BottleneckPlan {
  Plan plan;
  int64_t saved; ///< cycles, beside the layers one after the other
};
/// The fastest plan, or why there is none.
std::variant<Plan, std::string> bestBottleneck(const Layer& layer, const isa::Machine& machine);

/// The plan if the layers are faster as one, else why they stay apart.
std::variant<BottleneckPlan, std::string> planBottleneck(const Layer& layer,
                                                         const isa::Machine& machine);

} // namespace npuforge::tile
