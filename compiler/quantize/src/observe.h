#pragma once
// The float network over the samples: what ranges and means its values have.

#include "npuforge/compiler/quantize/quantize.h"

#include "plan.h"

namespace npuforge::quantize {

struct Observations {
  llvm::DenseMap<mlir::Value, Distribution> values; ///< of what layers read and make
  /// For each product, the largest absolute value in each channel of its layer's result.
  llvm::MapVector<mlir::Operation*, std::vector<double>> channels;
};

/// Throws QuantizeError for values that are not finite.
Observations observe(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                     llvm::ArrayRef<Sample> samples);

/// The range of each observed value.
llvm::DenseMap<mlir::Value, Range> ranges(const Observations& observations, const Options& options);

/// The channel of a product's result that an element belongs to.
class Channels {
public:
  Channels(mlir::Operation* product, llvm::ArrayRef<int64_t> result);

  size_t count() const { return count_; }
  size_t operator[](size_t element) const { return element / inner_ % count_; }

private:
  size_t count_, inner_;
};

/// For each channel of a product's result, the mean over everything else.
std::vector<double> channel_means(mlir::Operation* product,
                                  llvm::ArrayRef<graph::reference::Tensor> results);

} // namespace npuforge::quantize
