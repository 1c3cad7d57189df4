#pragma once
// A layer's plan: the sizes of its tiles and the order of its loops, kept as the attribute
// `tile.plan`.

#include <string>
#include <variant>

#include "npuforge/compiler/tile/memory_map.h"

#include "layers.h"
#include "sizes.h"

namespace npuforge::tile {

inline constexpr llvm::StringLiteral kPlanAttr = "tile.plan";

struct Plan {
  int64_t band =
      1; ///< result rows of a tile (elementwise layers: rows of one pixel's channel block)
  bool plain = false; ///< Conv: the input is row-major bytes, a kernel row of one channel is a row
                      ///< of the array
  bool interleave = false; ///< plain: a pixel's channels lie side by side in the scratchpad, and a
                           ///< kernel row of all channels is a row of the array
  bool unfold = false;     ///< plain: loads put all taps that a result needs side by side, so that
                           ///< rows of the array are full but for the last
  bool neighbours = false; ///< plain: neighbouring results share a row of the array: the inputs of
                           ///< a kernel row of all channels under them
  bool thin = false;       ///< Conv: loads take only the pixels that a strided 1x1 kernel reads
  bool roll_rows = false;  ///< Conv: a loop over kernel rows instead of unrolled taps
  int64_t together = 0;    ///< Conv: bands whose input is loaded together; 0: one
  int64_t chunk = 1; ///< Conv: steps of the reduction whose weights are in the scratchpad at once
  bool blocks_outside =
      false;              ///< Conv: output blocks around bands; else bands around output blocks
  int64_t kept = 0;       ///< Conv: where in the stripes its weights stay for later layers
                          ///< (MemoryMap::kept); 0: they do not
  bool found = false;     ///< kept: they are there already, a layer before has loaded them
  int64_t array_rows = 0; ///< Depthwise: result rows of a band that the array computes, while the
                          ///< vector unit computes those below
};

mlir::Attribute toAttribute(mlir::MLIRContext* context, const Plan& plan);
mlir::FailureOr<Plan> readPlan(mlir::Operation& op);
/// Of a part of the layer that ends in `op`.
mlir::FailureOr<Plan> readPlan(mlir::Operation& op, mlir::Attribute plan);

/// How a convolution's reduction is cut into weight tiles: outer * inner steps of `taps` tiles of
/// `tile_rows` rows.
struct Reduction {
  int64_t outer, inner, taps, tile_rows;
  int64_t column_tiles; ///< plain: tiles of one kernel row
  int64_t step_bytes, bytes;
  bool one_group(const Plan& plan) const { return plan.chunk >= outer * inner; }
};
/// The taps of all channels that a result needs.
inline int64_t unfolded(const Layer& layer) {
  return layer.in.channels * layer.window.kernel_h * layer.window.kernel_w;
}
/// Results whose inputs of a kernel row, or of a group of them, fill a row of the array: `segment`
/// bytes of each channel of each input row.
struct Neighbours {
  int64_t count, segment; ///< count 0: not even one
  int64_t rows;           ///< input rows of a group
};
Neighbours neighboursOf(const Layer& layer, const isa::Machine& machine);
/// The convolution's input where groups of rows are its rows.
struct GroupedRows {
  int64_t rows = 1;  ///< of a group
  int64_t above = 0; ///< of the first group those that lie even above the padding
  Window window;     ///< in height in groups
  int64_t height;    ///< of the input, in groups
};
GroupedRows groupRows(const Layer& layer, int64_t rows);
inline GroupedRows groupedRows(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  return groupRows(layer, plan.neighbours ? neighboursOf(layer, machine).rows : 1);
}
Reduction reductionOf(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// The input rows of a band and where they lie in a slot.
struct Footprint {
  int64_t bands;          ///< number of bands
  int64_t loads;          ///< of the input of a band, or of several together
  int64_t slots;          ///< 1: there is only one tile, which may use all of the memory
  int64_t rows;           ///< input rows of the slot, padding rows included; unfolded: result rows
  int64_t step_h, step_w; ///< convolution: rows and pixels of the slot from result to result
  int64_t pixel;          ///< bytes from pixel to pixel
  int64_t pitch;          ///< bytes from row to row
  int64_t planes; ///< channel blocks (plain: channels; interleaved, unfolded: one holds all)
  int64_t plane;  ///< bytes from plane to plane
  int64_t bytes;  ///< of the slot
};
/// Where a band of results waits for its pooling, behind the input's slots: rows of the bands
/// before first, one such place for each block when there are any.
struct PoolFootprint {
  int64_t pitch = 0, block = 0, bytes = 0; ///< bytes from row to row, from block to block, of all
};
PoolFootprint poolFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine);
Footprint convFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine);
Footprint reduceFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine);
/// Input rows under so many result rows.
inline int64_t inputRows(const Window& window, int64_t rows) {
  return (rows - 1) * window.stride_h + window.extent_h();
}

/// Where a depthwise convolution's bands lie. The two units read different banks at once.
struct DepthwisePlaces {
  int64_t slot; ///< bytes from one band to the next
  int64_t part; ///< bytes from the array's rows to the vector unit's
  int64_t room; ///< bytes of a part
};
DepthwisePlaces depthwisePlaces(const Plan& plan, const isa::Machine& machine);
/// Bytes of a block's weights as the array takes them: for each tap a diagonal matrix.
inline int64_t diagonalBytes(const Layer& layer, const isa::Machine& machine) {
  return layer.window.kernel_h * layer.window.kernel_w * machine.array.cols * machine.array.cols;
}
/// `plain`: the input lies row-major in DRAM; the fastest way to lay its taps along the array's
/// rows.
std::variant<Plan, std::string> planConv(const Layer& layer, bool plain,
                                         const isa::Machine& machine);
/// The share of the array and the size of the bands, or the reason why a row does not fit.
std::variant<Plan, std::string> planDepthwise(const Layer& layer, const isa::Machine& machine);
/// What a depthwise convolution takes with a plan of its own.
int64_t depthwiseCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine);
/// "WHAT needs .. bytes of scratchpad and has ..".
std::string tooLarge(const char* what, int64_t bytes, int64_t room);

/// The plan, or the reason why the layer does not fit.
std::variant<Plan, std::string> makePlan(const Layer& layer, bool plain,
                                         const isa::Machine& machine);
/// Does a plain input take no more array rows than a blocked one?
bool prefersPlain(const Layer& layer, const isa::Machine& machine);

/// The largest band that `fits` takes, evened out over the number of bands it needs; 0 if none
/// fits.
template <typename Fits>
int64_t largestBand(int64_t rows, Fits fits) {
  for (int64_t band = rows; band >= 1; --band)
    if (fits(band))
      return evenly(rows, band);
  return 0;
}

} // namespace npuforge::tile
