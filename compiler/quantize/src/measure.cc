#include "measure.h"

#include <cmath>
#include <limits>

#include "runner.h"

namespace npuforge::quantize {
namespace {

using graph::reference::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

size_t largest_at(const Tensor& tensor) {
  return static_cast<size_t>(std::max_element(tensor.reals->begin(), tensor.reals->end()) -
                             tensor.reals->begin());
}

/// Is it one row of classes?
bool is_row(const Tensor& tensor) {
  return tensor.is_real() && tensor.shape.size() == 2 && tensor.shape[0] == 1 &&
         tensor.shape[1] > 1;
}

/// The outputs, sample by sample.
class Outputs {
public:
  void add(const std::vector<Tensor>& f, const std::vector<Tensor>& q) {
    differences_.resize(f.size());
    for (size_t i = 0; i < f.size(); ++i) {
      differences_[i].add(f[i], q[i]);
      if (is_row(f[i])) {
        rows_ += 1;
        equal_ += largest_at(f[i]) == largest_at(q[i]);
      }
    }
  }
  double error() const {
    double largest = 0;
    for (const Difference& difference : differences_)
      largest = std::max(largest, difference.relative());
    return largest;
  }
  std::optional<double> top1() const {
    return rows_ == 0 ? std::nullopt : std::optional(equal_ / rows_);
  }

private:
  std::vector<Difference> differences_;
  double rows_ = 0, equal_ = 0;
};

} // namespace

void Difference::add(const Tensor& f, const Tensor& q) {
  auto sums = [&](const auto& exact, const auto& rounded) {
    for (size_t i = 0; i < exact.size(); ++i) {
      const auto value = static_cast<double>(exact[i]),
                 error = static_cast<double>(rounded[i]) - value;
      signal += value * value;
      noise += error * error;
      sum += error;
      largest = std::max(largest, std::abs(error));
      range = hull(range, {std::min(0.0, value), std::max(0.0, value)});
    }
    count += static_cast<double>(exact.size());
  };
  visit(f, sums, q);
}

double Difference::relative() const {
  if (std::isnan(noise))
    return kInfinity;
  return noise == 0 ? 0 : std::sqrt(noise / signal);
}

double Difference::sqnr() const {
  return noise == 0 ? kInfinity : 10 * std::log10(signal / noise);
}

Measurement measure(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                    const Quantised& quantised, llvm::ArrayRef<Sample> samples, bool whole) {
  Measurement measurement;
  Outputs outputs;
  llvm::SmallVector<mlir::Value> compared;
  for (const Layer& layer : whole ? llvm::ArrayRef(layers) : llvm::ArrayRef<Layer>())
    compared.push_back(layer.result());
  llvm::sort(compared, [](mlir::Value a, mlir::Value b) {
    return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
  });
  mlir::func::FuncOp copy = quantised.main.get();
  for (const Sample& sample : samples) {
    Runner exact(main, sample), rounded(copy, sample);
    for (mlir::Value value : compared) {
      const Tensor f = exact.run_to(value.getDefiningOp()),
                   q = rounded.run_to(quantised.values.lookup(value).getDefiningOp());
      measurement.layers[value].add(f, q);
    }
    outputs.add(exact.finish(), rounded.finish());
  }
  measurement.error = outputs.error();
  measurement.top1 = outputs.top1();
  return measurement;
}

} // namespace npuforge::quantize
