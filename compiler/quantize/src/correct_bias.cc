#include "correct_bias.h"

#include "observe.h"
#include "product.h"
#include "runner.h"

namespace npuforge::quantize {
namespace {

using graph::reference::Tensor;
using Corrections = llvm::DenseMap<mlir::Operation*, std::vector<double>>;

constexpr size_t kMemory = size_t{1} << 29; ///< bytes of the largest values, all samples

using Runners = std::vector<Runner>; ///< one for each sample

Runners start(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples) {
  Runners runners;
  for (const Sample& sample : samples)
    runners.emplace_back(main, sample);
  return runners;
}

std::vector<Tensor> run_to(Runners& runners, mlir::Operation* op) {
  std::vector<Tensor> results;
  for (Runner& runner : runners)
    results.push_back(runner.run_to(op));
  return results;
}

void add_to_channels(mlir::Operation* product, std::vector<Tensor>& tensors,
                     const std::vector<double>& numbers) {
  for (Tensor& tensor : tensors) {
    const Channels channels(product, tensor.shape);
    auto reals = std::make_shared<graph::reference::Reals>(*tensor.reals);
    for (size_t i = 0; i < reals->size(); ++i)
      (*reals)[i] += numbers[channels[i]];
    tensor.reals = std::move(reals);
  }
}

} // namespace

size_t side_by_side(mlir::func::FuncOp main, size_t samples) {
  size_t largest = 1;
  main.walk([&](mlir::Operation* op) {
    for (mlir::Value value : op->getResults())
      if (auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType()))
        largest = std::max(largest, static_cast<size_t>(type.getNumElements()));
  });
  return std::clamp(kMemory / (largest * sizeof(double)), size_t{1}, samples);
}

Corrections bias_corrections(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                             const Choice& choice, llvm::ArrayRef<Sample> samples) {
  Quantised quantised = insert(main, layers, choice);
  Runners exact = start(main, samples), rounded = start(*quantised.main, samples);
  Corrections corrections;
  for (size_t i = 0; i < layers.size(); ++i) {
    mlir::Operation* op = layers[i].core();
    if (layers[i].kind != Layer::Kind::kProduct || !choice.selected.computed[i] ||
        !Product(op).takes_bias())
      continue;
    mlir::Operation* copy = quantised.products[op];
    const std::vector<Tensor> wanted = run_to(exact, op);
    std::vector<Tensor> results = run_to(rounded, copy);
    std::vector<double> missing = channel_means(op, wanted);
    for (auto [mean, got] : llvm::zip_equal(missing, channel_means(op, results)))
      mean -= got;
    add_to_channels(op, results, missing);
    for (auto [runner, result] : llvm::zip_equal(rounded, results))
      runner.replace(copy->getResult(0), result);
    corrections[op] = std::move(missing);
  }
  return corrections;
}

} // namespace npuforge::quantize
