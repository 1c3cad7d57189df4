#pragma once
// Can a layer be computed as its plan says? Plans may be written by hand or by a search, so nothing
// of them is taken for granted.

#include "plan/plan.h"

namespace npuforge::tile {

/// Why the plan is wrong for the layer, with what would be right; "" if it is right. What is proved
/// of a right plan: tiles of everything that the loops hold at the same time fit their places in
/// the memories, each a multiple of the rows that units read; bands and blocks together cover each
/// result once, with all the inputs under it; and no entry is one that the code would ignore.
/// Maps' plans and those of operators over words are theirs to check.
std::string checkPlan(const Layer& layer, const Plan& plan, const isa::Machine& machine);

inline std::string tooLarge(const std::string& what, int64_t bytes, int64_t room) {
  return tooLarge(what.c_str(), bytes, room);
}
/// Why no layer has such a window, or "".
std::string checkWindow(const Window& window);
/// Why such a band of so many rows cannot be, or "".
std::string checkBand(const Plan& plan, int64_t rows);
/// Of a layer whose bands the array and the vector unit divide: why these are no shares, or "".
std::string checkShares(const Layer& layer, const Plan& plan);
/// Why the plan has entries that only convolutions have, or "".
std::string noWays(const Plan& plan);
/// What a convolution's tile has of the accumulator, and where the second slot begins. The upper
/// half is that of the values of a map that is its last step.
struct ConvAccumulators {
  int64_t rows, pitch;
};
ConvAccumulators convAccumulators(const Layer& layer, const isa::Machine& machine);
/// Why a band of a convolution's results does not fit the memories, or "".
std::string convMisfit(const Layer& layer, const Plan& plan, const isa::Machine& machine);
std::string checkConv(const Layer& layer, const Plan& plan, const isa::Machine& machine);
std::string checkDepthwise(const Layer& layer, const Plan& plan, const isa::Machine& machine);
std::string checkBottleneck(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// Why a band of a pooling does not fit, or "".
std::string reduceMisfit(const Layer& layer, const Plan& plan, const isa::Machine& machine);
/// Are the blocks of a sum or a rescaling tiles of their own? Else they are one run of rows.
bool blocksApart(const Layer& layer);
/// Rows of a tile of a sum or a rescaling: those that there are, those for which there is room.
struct ElementwiseRows {
  int64_t all, room;
};
ElementwiseRows elementwiseRows(const Layer& layer, const isa::Machine& machine);

} // namespace npuforge::tile
