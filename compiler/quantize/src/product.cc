#include "product.h"

#include <cmath>

#include <llvm/ADT/TypeSwitch.h>

namespace npuforge::quantize {
namespace {

using graph::constantValue;

std::vector<double> reals_of(mlir::Value constant) {
  return graph::reals(constantValue(constant));
}

/// A bias of one number or one for each output.
std::vector<double> spread(mlir::Value bias, int64_t outputs, double factor) {
  std::vector<double> values = bias ? reals_of(bias) : std::vector<double>{0};
  if (values.size() == 1)
    values.assign(static_cast<size_t>(outputs), values[0]);
  for (double& value : values)
    value *= factor;
  return values;
}

std::vector<double> largest(const Product& product, int64_t count,
                            size_t (Product::*channel)(size_t) const) {
  std::vector<double> result(static_cast<size_t>(count), 0);
  for (size_t i = 0; i < product.weights.size(); ++i) {
    double& most = result[(product.*channel)(i)];
    most = std::max(most, std::abs(product.weights[i]));
  }
  return result;
}

} // namespace

Product::Product(mlir::Operation* operation)
    : op(operation), shape(graph::shapeOf(operation->getOperand(1))),
      weights(reals_of(operation->getOperand(1))) {
  if (auto conv = llvm::dyn_cast<graph::ConvOp>(op)) {
    output_axis = 0;
    outputs = shape[0];
    inputs = shape[1] * conv.getGroups();
    bias = spread(conv.getBias(), outputs, 1);
    return;
  }
  auto gemm = llvm::dyn_cast<graph::GemmOp>(op);
  output_axis = gemm && gemm.getTransB() ? 0 : 1;
  outputs = shape[static_cast<size_t>(output_axis)];
  inputs = shape[static_cast<size_t>(1 - output_axis)];
  bias = spread(gemm ? gemm.getC() : mlir::Value(), outputs,
                gemm ? gemm.getBeta().convertToDouble() : 1);
  factor = gemm ? gemm.getAlpha().convertToDouble() : 1;
}

size_t Product::output_of(size_t weight) const {
  const auto count = static_cast<size_t>(outputs);
  return output_axis == 0 ? weight / (weights.size() / count) : weight % count;
}

size_t Product::input_of(size_t weight) const {
  auto conv = llvm::dyn_cast<graph::ConvOp>(op);
  if (!conv)
    return output_axis == 0 ? weight % static_cast<size_t>(inputs)
                            : weight / static_cast<size_t>(outputs);
  const auto each = static_cast<size_t>(shape[1]), taps = static_cast<size_t>(shape[2] * shape[3]),
             group = output_of(weight) / static_cast<size_t>(outputs / conv.getGroups());
  return group * each + weight / taps % each;
}

std::vector<double> Product::largest_of_outputs() const {
  return largest(*this, outputs, &Product::output_of);
}

std::vector<double> Product::largest_of_inputs() const {
  return largest(*this, inputs, &Product::input_of);
}

bool Product::takes_bias() const {
  return !llvm::isa<graph::MatMulOp>(op) || graph::rankOf(op->getOperand(0)) == 2;
}

mlir::Operation* Product::replace(mlir::Value new_weights, mlir::Value new_bias) {
  if (auto conv = llvm::dyn_cast<graph::ConvOp>(op)) {
    conv.getWeightsMutable().assign(new_weights);
    if (new_bias)
      conv.getBiasMutable().assign(new_bias);
    return op;
  }
  if (auto gemm = llvm::dyn_cast<graph::GemmOp>(op)) {
    gemm.getBMutable().assign(new_weights);
    if (new_bias) {
      gemm.getCMutable().assign(new_bias);
      gemm.setBeta(llvm::APFloat(1.0f));
    }
    return op;
  }
  op->setOperand(1, new_weights);
  if (!new_bias || !takes_bias())
    return op;
  mlir::OpBuilder builder(op);
  const llvm::APFloat one(1.0f);
  auto gemm =
      graph::GemmOp::create(builder, op->getLoc(), op->getResult(0).getType(), op->getOperand(0),
                            new_weights, new_bias, one, one, false, false);
  op->getResult(0).replaceAllUsesWith(gemm.getResult());
  op->erase();
  return op = gemm;
}

mlir::Operation* Product::write() {
  const bool has_bias = llvm::any_of(bias, [](double value) { return value != 0; });
  return replace(constant_before(op, weights, shape),
                 has_bias ? constant_before(op, bias, {outputs}) : mlir::Value());
}

mlir::Value constant_before(mlir::Operation* op, const std::vector<double>& values,
                            graph::Dims shape) {
  mlir::OpBuilder builder(op);
  return graph::Build(builder, op->getLoc()).reals(values, builder.getF32Type(), shape);
}

} // namespace npuforge::quantize
