#pragma once
// The graph's quantised operations as plain structures: what planning and code generation ask about
// a layer. This is the only place that reads graph operations.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace npuforge::tile {

struct Shape {
  int64_t channels, height, width;
};

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

/// Rows and blocks of a layer's result that a task computes.
struct Part {
  std::optional<Range> rows;   ///< none: all. What they are see Splits
  std::optional<Range> blocks; ///< of as many channels as the array has columns; none: all
  bool whole() const { return !rows && !blocks; }
  bool operator==(const Part&) const = default;
};

/// How far a layer can be cut: its units along both axes, any ranges of which are a part; 1 where
/// it cannot be cut. Of layers of integers `rows` are the result's rows and `blocks` its blocks of
/// channels. Of layers over words `rows` are indices of the outermost dimension over which the
/// layer's loops run, or rows of lanes where there is one dimension, and `blocks` those of a
/// product's columns.
struct Splits {
  int64_t rows = 1, blocks = 1;
};

/// Where the rows and blocks that a part of a layer reads or writes begin in the whole tensor.
struct View {
  int64_t channels = 0, height = 0; ///< of the whole tensor
  int64_t row = 0, block = 0;
  /// Bytes from a block to the next one, and to what the part begins with.
  int64_t plane(int64_t row_bytes) const { return height * row_bytes; }
  int64_t offset(int64_t row_bytes) const { return (block * height + row) * row_bytes; }
};

/// How a result's pixel sees its input; all in pixels.
struct Window {
  int64_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int64_t top = 0, left = 0, bottom = 0, right = 0;

  int64_t extent_h() const { return (kernel_h - 1) * dilation_h + 1; }
  int64_t extent_w() const { return (kernel_w - 1) * dilation_w + 1; }
  bool padded() const { return top || left || bottom || right; }
};

enum class Kind { Conv, Depthwise, Bottleneck, MaxPool, AveragePool, Add, Rescale, Map, Words };

/// Marks the last operation of a Bottleneck, and those of the layers that it contains.
inline constexpr llvm::StringLiteral kBottleneckAttr = "tile.bottleneck";
inline constexpr llvm::StringLiteral kWithinAttr = "tile.within";

/// A sum of two tensors with scales and zero points of their own.
struct Sum {
  int64_t zero_a, multiplier_a, zero_b, multiplier_b, shift, zero, low, high;
};

/// The maximum over windows of a convolution's result, which never leaves the chip.
struct Pooling {
  Window window;
  Shape out;
  int64_t low, high;
  int64_t halo() const { return window.kernel_h - window.stride_h; } ///< rows of the band before
};

/// The mean over all pixels of a convolution's result, which never leaves the chip.
struct Average {
  Shape out;
  int64_t bias, multiplier, shift, zero, low, high;
};

/// A constant's elements of 8 bits, where the compiler holds them: a large network's weights are
/// not copied.
class ConstantBytes {
public:
  ConstantBytes() = default;
  explicit ConstantBytes(mlir::DenseElementsAttr value)
      : raw_(value.getRawData()), splat_(value.isSplat()) {}
  int8_t operator[](int64_t index) const {
    return static_cast<int8_t>(raw_[splat_ ? 0 : static_cast<size_t>(index)]);
  }
  /// Where they lie: equal constants are one.
  const void* data() const { return raw_.data(); }
  /// Without the first elements.
  ConstantBytes from(int64_t first) const {
    ConstantBytes rest = *this;
    if (!splat_)
      rest.raw_ = raw_.drop_front(first);
    return rest;
  }

private:
  llvm::ArrayRef<char> raw_;
  bool splat_ = false;
};

/// Cores that compute rows of the same channels of a convolution: each loads a part of each group
/// of weights and copies it to the others.
struct Gang {
  std::vector<int> cores;
  /// All of them run parts of one layer before it: its first weights may be loaded meanwhile. Else
  /// what one of them stores last could stand behind a copy for which the others are not ready
  /// before they have read it.
  bool early = false;
  /// Of the slot that the first group goes to, in all of them the same: the core whose code is made
  /// first decides.
  std::optional<int64_t> parity;
};

/// One layer: `root` makes its result.
struct Layer {
  Kind kind; ///< Words: only root and name say more, see words/words.h
  mlir::Operation* root;
  mlir::Operation* node; ///< whose name reports give it: the convolution, where it is fused
  std::string name;
  mlir::Value input, second;         ///< activations; `second` of Add and of a convolution's sum
  std::vector<mlir::Value> operands; ///< Map: all of them, constants included
  Shape in, second_in,
      out;   ///< out: of a convolution's accumulators when it has a sum, pooling or mean
  Part part; ///< Words: what of it is computed
  View in_view, out_view; ///< out_view: of what is stored, and of `second`
  int64_t lead = 0;       ///< with a pooling: rows of `out` above its first windows' own
  Window window;
  int64_t fill = 0;      ///< value of taps outside the input
  ConstantBytes weights; ///< Conv [O][C][KH][KW], Depthwise [C][KH][KW]
  std::vector<int32_t> bias, multiplier,
      shift; ///< one for each output channel (Conv, Depthwise), else one
  int64_t zero_a = 0, zero_b = 0, multiplier_b = 0;
  int64_t zero = 0, low = -128, high = 127;
  std::optional<Sum> sum;         ///< Conv: its result (a) and `second` (b) are added
  std::optional<Pooling> pooling; ///< Conv: what becomes of its result
  std::optional<Average> average; ///< Conv: what becomes of its result, or of the sum
  std::shared_ptr<Gang> gang;     ///< Conv: with which cores it has weights in common, if any
  int core = 0;                   ///< of the gang: whose part this is
  bool mapped = false;            ///< Conv: `root` is a map, the last step of the convolution
  int64_t most_rows = INT64_MAX;  ///< mapped: of a tile, for which the map's values have places
  std::vector<Layer> before;      ///< Bottleneck: the expansion, and the depthwise convolution;
                                  ///< weights, bias, ... of the layer itself are the projection's
  double scale = 1;               ///< AveragePool: input scale / output scale
  bool count_pads = true;         ///< AveragePool: taps outside the input count

  /// What lies in DRAM: of the pooling's result, or `out`.
  const Shape& stored() const { return pooling ? pooling->out : average ? average->out : out; }
  /// Does it store less than the whole tensor?
  bool isPart() const {
    return stored().height != out_view.height || stored().channels != out_view.channels;
  }
  /// Rows of `out` that bands are made of: the first one has the lead as well.
  int64_t ownRows() const { return out.height - lead; }
};

/// Does the layer read the tensor, other than as `input`?
bool readsBesides(const Layer& layer, mlir::Value tensor);
/// Is this operation the last one of a layer?
bool isLayer(mlir::Operation& op);
/// Tells the report whether the operation is fused with the convolution before it, and why not.
void explainFusion(mlir::Operation& op);
/// The map with the convolution that it alone reads as one layer, or why that is none; "" where it
/// reads no convolution.
std::variant<Layer, std::string> mappedConv(const Layer& map);
/// The mean over all pixels with the convolution (and sum) that it alone reads as one layer, or why
/// that is none; "" where it reads no convolution.
std::variant<Layer, std::string> averagedConv(const Layer& mean);
/// The projection with the depthwise convolution and the expansion before it as one layer, or why
/// that is none; "" where the layer is no 1x1 convolution behind a depthwise one.
std::variant<Layer, std::string> bottleneckOf(const Layer& projection);
/// From here on the layer is one.
void markBottleneck(const Layer& bottleneck);
/// Reads the layer that ends in `root`. Emits an error and fails on what the back end does not
/// know.
mlir::FailureOr<Layer> readLayer(mlir::Operation& root);
Shape shapeOf(mlir::Value value);

} // namespace npuforge::tile
