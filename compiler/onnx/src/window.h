#pragma once
// Windows that slide over the spatial dimensions of a tensor, as convolutions and pools have them,
// in any number of dimensions; and the tensor operators that do it, which want channels last.

#include "node.h"

namespace npuforge::onnx {

struct Window {
  Shape kernel, strides, dilations; ///< d each
  Shape pads;                       ///< d before, d behind; resolved
  Shape extents;                    ///< of the result, d

  /// Reads strides, dilations, pads, auto_pad, ceil_mode. `in`: the spatial dimensions.
  Window(Node& node, Dims in, Dims kernel);
  /// Stride 1, no pads.
  Window(Dims kernel, Dims dilations, Dims in);

  size_t rank() const { return kernel.size(); }
  int64_t taps() const { return graph::elements(kernel); }
};

/// An attribute of integers.
Shape listed(Node& node, const char* name, const std::vector<int64_t>& otherwise);

/// The attribute kernel_shape, which pools must have. Throws Unsupported unless it has `rank`
/// sizes.
Shape kernel_shape(Node& node, size_t rank);

/// [N, C, S..] to [N, S.., C] and back.
mlir::Value channels_last(const graph::Build& build, mlir::Value value);
mlir::Value channels_first(const graph::Build& build, mlir::Value value);

/// Weights [O, C / groups, T..] to [T.., C / groups, O].
mlir::Value weights_last(const graph::Build& build, mlir::Value weights);

/// graph.conv, NCHW, for the passes on quantised networks; bias may be null. f32, two dimensions.
mlir::Value imported_conv(const graph::Build& build, mlir::Value input, mlir::Value weights,
                          mlir::Value bias, const Window& window, int64_t groups);

/// graph.convolve: channels last, weights as of weights_last. f64 is computed in f32.
mlir::Value convolve(const graph::Build& build, mlir::Value input, mlir::Value weights,
                     const Window& window, int64_t groups);

/// graph.pool: channels last; kind sum or max.
mlir::Value pool(const graph::Build& build, mlir::Value input, llvm::StringRef kind,
                 const Window& window);

/// How many taps of each window lie in [-before, size + behind) with `beyond` = {before..,
/// behind..}, zeros without: a constant [1, P.., 1] of the type.
mlir::Value tap_counts(const graph::Build& build, mlir::Type element, Dims in, const Window& window,
                       Dims beyond);

} // namespace npuforge::onnx
