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

/// The layers' results in the order in which they are computed.
llvm::SmallVector<mlir::Value> results_of(const std::vector<Layer>& layers) {
  llvm::SmallVector<mlir::Value> results;
  for (const Layer& layer : layers)
    results.push_back(layer.result());
  llvm::sort(results, [](mlir::Value a, mlir::Value b) {
    return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
  });
  return results;
}

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

Outputs outputs_of(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples) {
  Outputs outputs;
  for (const Sample& sample : samples)
    outputs.push_back(Runner(main, sample).finish());
  return outputs;
}

OutputError output_error(const Quantised& quantised, llvm::ArrayRef<Sample> samples,
                         const Outputs& exact) {
  std::vector<Difference> differences(exact.empty() ? 0 : exact.front().size());
  double rows = 0, equal = 0;
  for (size_t s = 0; s < samples.size(); ++s) {
    const std::vector<Tensor> made = Runner(quantised.main.get(), samples[s]).finish();
    for (size_t i = 0; i < made.size(); ++i) {
      const Tensor& f = exact[s][i];
      differences[i].add(f, made[i]);
      if (is_row(f)) {
        rows += 1;
        equal += largest_at(f) == largest_at(made[i]);
      }
    }
  }
  OutputError result;
  for (const Difference& difference : differences)
    result.error = std::max(result.error, difference.relative());
  if (rows > 0)
    result.top1 = equal / rows;
  return result;
}

LayerErrors layer_errors(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                         const Quantised& quantised, llvm::ArrayRef<Sample> samples) {
  LayerErrors errors;
  const auto compared = results_of(layers);
  mlir::func::FuncOp copy = quantised.main.get();
  for (const Sample& sample : samples) {
    Runner exact(main, sample), rounded(copy, sample), led(copy, sample);
    for (mlir::Value value : compared) {
      const mlir::Value made = quantised.values.lookup(value);
      const Tensor f = exact.run_to(value.getDefiningOp());
      errors.all[value].add(f, rounded.run_to(made.getDefiningOp()));
      errors.own[value].add(f, led.run_to(made.getDefiningOp()));
      led.replace(made, f); // what comes next reads what is exact
    }
  }
  return errors;
}

} // namespace npuforge::quantize
