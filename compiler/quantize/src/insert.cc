#include "insert.h"

#include <cmath>

#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/build.h"

#include "eligible.h"
#include "product.h"

namespace npuforge::quantize {
namespace {

/// A bias has this many bits at most, so that the sums before it is added leave room.
constexpr double kLargestBias = 1 << 30;

class Inserter {
public:
  Inserter(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice)
      : layers_(layers), choice_(choice), ranges_(shared_ranges(layers, choice)) {
    result_.main = main.clone(mapping_);
  }

  Quantised run() {
    for (size_t i = 0; i < layers_.size(); ++i)
      if (layers_[i].kind == Layer::Kind::kProduct)
        choice_.selected.computed[i] ? product(layers_[i].core()) : other(layers_[i].core());
      else if (choice_.selected.computed[i] && layers_[i].kind == Layer::Kind::kElementwise)
        constants(layers_[i]);
    for (const Layer& layer : layers_)
      result_.values[layer.result()] = copy(layer.result());
    for (size_t i = 0; i < layers_.size(); ++i)
      if (choice_.selected.computed[i] && choice_.selected.rounded[i])
        whole(layers_[i].result());
    for (size_t i = 0; i < layers_.size(); ++i)
      for (mlir::Value input : choice_.selected.computed[i] ? layers_[i].inputs() : Values())
        if (!dequantised_.contains(input))
          partly(input);
    return std::move(result_);
  }

private:
  using Values = llvm::SmallVector<mlir::Value>;

  mlir::Value copy(mlir::Value value) const {
    auto product = value.getDefiningOp();
    auto found = product ? result_.products.find(product) : result_.products.end();
    return found != result_.products.end() ? found->second->getResult(0) : mapping_.lookup(value);
  }

  /// Weights and bias of a product in 8 and 32 bits.
  void product(mlir::Operation* op) {
    Product product(mapping_.lookup(op));
    auto correction = choice_.corrections.find(op);
    if (correction != choice_.corrections.end())
      for (size_t o = 0; o < product.bias.size(); ++o)
        product.bias[o] += correction->second[o];
    result_.products[op] = quantise(product, ranges_.lookup(op->getOperand(0)));
  }

  /// A product that is not in 8 bits.
  void other(mlir::Operation* op) {
    if (choice_.others != "f32")
      mapping_.lookup(op)->setAttr("precision",
                                   mlir::StringAttr::get(op->getContext(), choice_.others));
  }

  static mlir::Operation* quantise(Product& product, Range input) {
    const double unit = static_cast<double>(scale_of(input).scale) * product.factor;
    std::vector<float> scales, bias_scales;
    std::vector<double> largest = product.largest_of_outputs();
    for (size_t o = 0; o < largest.size(); ++o) {
      const double least = std::abs(product.bias[o]) / unit / kLargestBias,
                   scale = std::max(largest[o] / 127, least);
      scales.push_back(scale > 0 ? static_cast<float>(scale) : 1);
      bias_scales.push_back(static_cast<float>(static_cast<double>(scales[o]) * unit));
    }
    std::vector<int64_t> weights, bias;
    for (size_t i = 0; i < product.weights.size(); ++i) {
      const double q = product.weights[i] / static_cast<double>(scales[product.output_of(i)]);
      weights.push_back(static_cast<int64_t>(std::clamp(std::nearbyint(q), -127.0, 127.0)));
    }
    for (size_t o = 0; o < scales.size(); ++o)
      bias.push_back(static_cast<int64_t>(
          std::nearbyint(product.bias[o] / static_cast<double>(bias_scales[o]))));
    mlir::OpBuilder builder(product.op);
    mlir::Value w = integers(product.op, weights, builder.getI8Type(), product.shape, scales,
                             product.output_axis);
    const bool has_bias = llvm::any_of(bias, [](int64_t value) { return value != 0; });
    return product.replace(w, has_bias ? integers(product.op, bias, builder.getI32Type(),
                                                  {product.outputs}, bias_scales, 0)
                                       : mlir::Value());
  }

  /// dequantize of a constant before an operation.
  static mlir::Value integers(mlir::Operation* op, llvm::ArrayRef<int64_t> values,
                              mlir::Type element, graph::Dims shape, llvm::ArrayRef<float> scales,
                              int64_t axis, int32_t zero_point = 0) {
    mlir::OpBuilder builder(op);
    mlir::Value constant = graph::Build(builder, op->getLoc()).integers(values, element, shape);
    return graph::DequantizeOp::create(builder, graph::withoutValue(op->getLoc()),
                                       mlir::RankedTensorType::get(shape, builder.getF32Type()),
                                       constant, scales,
                                       std::vector<int32_t>(scales.size(), zero_point), axis);
  }

  /// Constant operands of an element-wise operator that cannot stay f32.
  void constants(const Layer& layer) {
    auto type = llvm::cast<mlir::RankedTensorType>(layer.result().getType());
    for (mlir::Operation* op : layer.operations)
      for (mlir::OpOperand& operand : mapping_.lookup(op)->getOpOperands())
        if (graph::constantValue(operand.get()) && !stays_constant(operand.get(), type))
          operand.set(constant(operand.getOwner(), operand.get()));
  }

  static mlir::Value constant(mlir::Operation* op, mlir::Value value) {
    Distribution distribution;
    const std::vector<double> reals = graph::reals(graph::constantValue(value));
    distribution.widen(reals);
    const Scale scale = scale_of(distribution.range());
    std::vector<int64_t> q;
    for (double real : reals)
      q.push_back(static_cast<int64_t>(
          std::clamp(std::nearbyint(real / static_cast<double>(scale.scale)) + scale.zero_point,
                     -128.0, 127.0)));
    return integers(op, q, mlir::IntegerType::get(op->getContext(), 8), graph::shapeOf(value),
                    scale.scale, 1, scale.zero_point);
  }

  mlir::Value pair(mlir::OpBuilder& builder, mlir::Value original, mlir::Value value) {
    const Scale scale = scale_of(ranges_.lookup(original));
    auto type = llvm::cast<mlir::RankedTensorType>(value.getType());
    const mlir::Location location = graph::withoutValue(value.getLoc());
    auto q =
        graph::QuantizeOp::create(builder, location, type.clone(builder.getI8Type()), value,
                                  llvm::ArrayRef(scale.scale), llvm::ArrayRef(scale.zero_point), 1);
    if (auto named = graph::networkValue(value.getLoc()))
      q->setLoc(graph::withValue(location, {named->name + ".i8", named->order}));
    return graph::DequantizeOp::create(builder, location, type, q, llvm::ArrayRef(scale.scale),
                                       llvm::ArrayRef(scale.zero_point), 1);
  }

  /// A result in 8 bits: whoever reads it reads these.
  void whole(mlir::Value original) {
    mlir::Value value = copy(original);
    mlir::OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    mlir::Value real = pair(builder, original, value);
    value.replaceAllUsesExcept(real, real.getDefiningOp()->getOperand(0).getDefiningOp());
    dequantised_.insert(original);
    result_.values[original] = real;
  }

  /// An f32 value that is quantised for the layers in 8 bits alone.
  void partly(mlir::Value original) {
    mlir::Value value = copy(original);
    llvm::DenseSet<mlir::Operation*> readers;
    for (size_t i = 0; i < layers_.size(); ++i)
      for (mlir::Operation* op : choice_.selected.computed[i]
                                     ? llvm::ArrayRef(layers_[i].operations)
                                     : llvm::ArrayRef<mlir::Operation*>())
        readers.insert(result_.products.contains(op) ? result_.products[op] : mapping_.lookup(op));
    mlir::OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    mlir::Value real = pair(builder, original, value);
    value.replaceUsesWithIf(real,
                            [&](mlir::OpOperand& use) { return readers.contains(use.getOwner()); });
    dequantised_.insert(original);
  }

  const std::vector<Layer>& layers_;
  const Choice& choice_;
  llvm::DenseMap<mlir::Value, Range> ranges_;
  mlir::IRMapping mapping_;
  Quantised result_;
  llvm::DenseSet<mlir::Value> dequantised_;
};

} // namespace

Quantised insert(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice) {
  return Inserter(main, layers, choice).run();
}

} // namespace npuforge::quantize
