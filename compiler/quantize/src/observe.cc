#include "observe.h"

#include <cmath>

#include <fmt/format.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

namespace npuforge::quantize {
namespace {

using graph::reference::Tensor;

/// Runs the network once for each sample and shows every value, inputs included.
template <typename Look>
void run(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples, Look look) {
  for (size_t s = 0; s < samples.size(); ++s) {
    graph::Interpretation interpretation(main, samples[s]);
    for (auto [argument, tensor] : llvm::zip_equal(main.getArguments(), samples[s]))
      look(s, argument, tensor);
    for (mlir::Operation& op : main.getBody().front().without_terminator())
      for (auto [value, tensor] : llvm::zip_equal(op.getResults(), interpretation.step(op)))
        look(s, value, tensor);
  }
}

std::string where(mlir::func::FuncOp main, mlir::Value value) {
  auto argument = llvm::dyn_cast<mlir::BlockArgument>(value);
  if (!argument)
    return "node '" + graph::nodeName(value.getLoc()) + "'";
  auto name = main.getArgAttrOfType<mlir::StringAttr>(argument.getArgNumber(), "graph.name");
  return "input '" + (name ? name.str() : std::to_string(argument.getArgNumber())) + "'";
}

/// Takes in the largest values of each channel.
void widen(mlir::Operation* product, const Tensor& result, std::vector<double>& largest) {
  const Channels channels(product, result.shape);
  largest.resize(channels.count());
  for (size_t i = 0; i < result.reals->size(); ++i)
    largest[channels[i]] = std::max(largest[channels[i]], std::abs((*result.reals)[i]));
}

} // namespace

Observations observe(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                     llvm::ArrayRef<Sample> samples) {
  Observations seen;
  llvm::DenseMap<mlir::Value, mlir::Operation*> products; // by the layers' results
  for (const Layer& layer : layers) {
    if (layer.kind == Layer::Kind::kFloat)
      continue;
    seen.values[layer.result()];
    for (mlir::Value input : layer.inputs())
      seen.values[input];
    if (layer.kind == Layer::Kind::kProduct)
      products[layer.result()] = layer.core();
  }
  run(main, samples, [&](size_t sample, mlir::Value value, const Tensor& tensor) {
    auto found = seen.values.find(value);
    if (found == seen.values.end())
      return;
    try {
      found->second.widen(*tensor.reals);
    } catch (const std::domain_error& error) {
      throw QuantizeError(
          fmt::format("{}, sample {}: {}", where(main, value), sample + 1, error.what()));
    }
    if (mlir::Operation* product = products.lookup(value))
      widen(product, tensor, seen.channels[product]);
  });
  run(main, samples, [&](size_t, mlir::Value value, const Tensor& tensor) {
    if (auto found = seen.values.find(value); found != seen.values.end())
      found->second.add(*tensor.reals);
  });
  return seen;
}

llvm::DenseMap<mlir::Value, Range> ranges(const Observations& observations,
                                          const Options& options) {
  llvm::DenseMap<mlir::Value, Range> result;
  for (const auto& [value, distribution] : observations.values)
    result[value] = choose_range(distribution, options.method, options.percentile);
  return result;
}

Channels::Channels(mlir::Operation* product, llvm::ArrayRef<int64_t> result) {
  const size_t axis = llvm::isa<graph::ConvOp>(product) ? 1 : result.size() - 1;
  count_ = static_cast<size_t>(result[axis]);
  inner_ = static_cast<size_t>(graph::reference::count_of(result.drop_front(axis + 1)));
}

std::vector<double> channel_means(mlir::Operation* product, llvm::ArrayRef<Tensor> results) {
  const Channels channels(product, results.front().shape);
  std::vector<double> means(channels.count(), 0);
  size_t count = 0;
  for (const Tensor& result : results) {
    count += result.reals->size() / channels.count();
    for (size_t i = 0; i < result.reals->size(); ++i)
      means[channels[i]] += (*result.reals)[i];
  }
  for (double& mean : means)
    mean /= static_cast<double>(count);
  return means;
}

} // namespace npuforge::quantize
