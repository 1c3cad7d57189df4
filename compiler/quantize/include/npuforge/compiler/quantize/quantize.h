#pragma once
// Post-training quantisation: a float network and samples of its inputs become a network with
// quantize and dequantize (FloatOps.td), which the passes lower as they do one that came so.
//
// Values are observed with the reference interpreter. Activations have one scale and a zero point
// each, weights are symmetric with a scale for each output channel, biases i32; operators that only
// move elements share their operands' scale.

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>

#include "npuforge/compiler/graph/reference_tensor.h"
#include "npuforge/compiler/quantize/distribution.h"

namespace npuforge::quantize {

/// One tensor for each argument of the network.
using Sample = llvm::SmallVector<graph::reference::Tensor>;

/// What cannot be quantised as asked; what() says why.
class QuantizeError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct Options {
  Method method = Method::kMse;
  double percentile = 99.99; ///< of Method::kPercentile
  bool equalize = true;      ///< cross-layer equalisation, where it lowers the error
  bool correct_bias = true;  ///< bias correction, where it lowers the error
  /// The largest error of the outputs; layers become floats until it is met: products multiply in
  /// bf16, or in f32 where bf16 is not enough; all else is f32.
  std::optional<double> max_error;
};

/// A layer's result against the float network's, over all samples.
struct LayerReport {
  std::string name, operation;    ///< ONNX node and graph operation
  std::string precision;          ///< "i8", "bf16" or "f32"
  std::string reason;             ///< why it is not i8; "" otherwise
  Range range;                    ///< of the float network's values, and 0
  std::optional<Range> quantised; ///< the range that 8 bits cover, if the result is in 8 bits
  /// Signal to noise in dB, infinite if there is no difference; `own`: of this layer alone, all
  /// before it being exact.
  double own_sqnr = 0, sqnr = 0;
  double max_error = 0, mean_error = 0; ///< largest |q - f|, mean of q - f
  /// Error of the outputs with this layer alone in 8 bits; known if layers fell back.
  std::optional<double> contribution;
};

/// An optional step: the outputs' error without and with it; of equalisation, both with their bias
/// corrected.
struct StepReport {
  size_t places = 0; ///< pairs of layers, or layers
  double before = 0, after = 0;
  bool kept = false; ///< it was applied: it lowered the error
};

struct Report {
  Method method = Method::kMinMax;
  size_t samples = 0;
  double error = 0;                                        ///< of the outputs, see quantize()
  std::optional<StepReport> equalization, bias_correction; ///< none if switched off
  size_t bias_samples = 0; ///< samples that the bias correction used, to bound its memory
  /// Share of the samples whose largest element has the same place; known for outputs [1, N].
  std::optional<double> top1;
  std::vector<LayerReport> layers;
  std::vector<std::string> fallen_back; ///< layers that max_error made floats, most harmful first
};

/// Replaces the network's body. The error of the outputs is the relative L2 norm, |q - f| / |f|
/// over all samples, f being the float network's; of several outputs the largest one. Throws
/// QuantizeError: no samples, nothing to quantise, a value that is not finite, a max_error that
/// cannot be met.
Report quantize(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples, const Options& options);

} // namespace npuforge::quantize
