#pragma once
// What the compiler may leave out, and what it says about each: a pass asks allowed(), and tells
// taken() or refused() with one line. MLIR's remarks carry these (name: the optimisation's,
// category: kRemarkCategory), so `npu-opt --remarks-filter=optimisation` shows them; npuc collects
// them for its report.
//
// To add an optimisation: a constant and its place in optimisations() (src/optimisations.cc).

#include <llvm/ADT/StringRef.h>
#include <llvm/ADT/Twine.h>
#include <mlir/IR/Operation.h>

namespace npuforge::graph {

struct Optimisation {
  llvm::StringLiteral name, summary;
};

inline constexpr Optimisation kFoldBias{
    "fold-bias", "a constant added to a matrix product becomes the product's bias"};
inline constexpr Optimisation kDropRescale{
    "drop-rescale", "an element-wise operator that leaves all 8-bit integers as they are vanishes"};
inline constexpr Optimisation kFoldScales{
    "fold-scales", "batch normalisation goes into the convolution or gemm before it"};
inline constexpr Optimisation kCommon{"common", "equal operations of equal operands become one"};
inline constexpr Optimisation kChannelsLast{
    "channels-last", "transposes sink until they meet their opposites, and both vanish"};
inline constexpr Optimisation kMergeMaps{
    "merge-maps", "an element-wise operator that only one other reads becomes a part of it"};
inline constexpr Optimisation kFuseSum{
    "fuse-sum", "a quantised sum is the last step of the convolution that makes an operand"};
inline constexpr Optimisation kFusePool{
    "fuse-pool",
    "a quantised maximum pooling or mean of all pixels is the last step of the convolution before"};
inline constexpr Optimisation kFuseMap{
    "fuse-map", "a quantised element-wise operator is the last step of the convolution before it"};
inline constexpr Optimisation kFuseEpilogue{
    "fuse-epilogue",
    "an element-wise operator is the last step of the product or pooling that it reads"};
inline constexpr Optimisation kFuseChain{
    "fuse-chain", "reductions along rows and the element-wise operators around them are one layer"};
inline constexpr Optimisation kPlainInput{
    "plain-input", "the network's input stays row-major for convolutions of few channels"};
inline constexpr Optimisation kInterleave{
    "interleave", "loads put the channels of a pixel of a row-major input side by side"};
inline constexpr Optimisation kUnfold{
    "unfold", "loads put all taps of a result of a row-major input side by side"};
inline constexpr Optimisation kNeighbours{
    "neighbours", "neighbouring results of a row-major input share a row of the array"};
inline constexpr Optimisation kKeepWeights{
    "keep-weights", "a convolution's weights are loaded once and not for each band of rows"};
inline constexpr Optimisation kShareWeights{
    "share-weights", "weights that several layers of a core use stay in its scratchpad"};
inline constexpr Optimisation kThinInput{
    "thin-input", "of the input of strided 1x1 convolutions only the pixels read are loaded"};
inline constexpr Optimisation kInRows{
    "in-rows",
    "convolutions read rows of all channels, and store in the order of a move behind them"};
inline constexpr Optimisation kEarlyStart{
    "early-start",
    "a convolution begins while the one before ends, with the channels of a band that are there"};
inline constexpr Optimisation kDivideDepthwise{
    "divide-depthwise", "the array and the vector unit share each depthwise convolution"};

inline constexpr Optimisation kFuseBottleneck{
    "fuse-bottleneck", "a depthwise convolution and the 1x1 convolutions around it are one layer"};

inline constexpr Optimisation kCopyWeights{
    "copy-weights",
    "cores that compute rows of one convolution load each weight once and copy it to each other"};

/// All of them, in the order in which they act.
llvm::ArrayRef<const Optimisation*> optimisations();

/// The module's attribute that lists those which are off: ["merge-maps", ...].
inline constexpr llvm::StringLiteral kDisableAttr = "graph.disable";
inline constexpr llvm::StringLiteral kRemarkCategory = "optimisation";

/// May it be done in this operation's module?
bool allowed(mlir::Operation* op, const Optimisation& optimisation);

/// What it did at a node, or why it did nothing where it might have: "max pool fused", "its result
/// has 2 readers".
void taken(mlir::Location node, const Optimisation& optimisation, const llvm::Twine& what);
void refused(mlir::Location node, const Optimisation& optimisation, const llvm::Twine& why);

} // namespace npuforge::graph
