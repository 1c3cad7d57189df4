// Conv, Gemm, MatMul as accumulators and requantisation.
#include "lowering.h"
#include "strided_copy.h"

namespace npuforge::graph {
namespace {

using Integers = std::vector<int64_t>;
using Bytes = std::vector<int8_t>; // weights may be many

/// Constant weights, one scale for each output: values less their zero points.
struct Weights {
  Bytes values; ///< as in the file's order
  llvm::SmallVector<int64_t> shape;
  std::vector<double> scales; ///< for each slice of the output axis
};

/// `zeros`: one, or one for each slice of the output axis, `stride` elements each.
void subtract(llvm::ArrayRef<int32_t> zeros, Bytes& values, size_t stride) {
  if (llvm::all_of(zeros, [](int32_t zero) { return zero == 0; }))
    return;
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t value = int64_t{values[i]} - zeros[i / stride % zeros.size()];
    if (value < -128 || value > 127)
      throw NotLowered("its weights less their zero point do not fit into 8 bits");
    values[i] = static_cast<int8_t>(value);
  }
}

Weights readWeights(mlir::Value value, int64_t output_axis) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  auto constant = dequantize ? constantValue(dequantize.getInput()) : mlir::DenseElementsAttr();
  if (!constant)
    throw NotLowered(constantValue(value) ? "its weights are not quantised"
                                          : "its weights are not constant");
  if (!constant.getElementType().isInteger(8))
    throw NotLowered("its weights are not 8 bits");
  Weights weights{bytes(constant), llvm::SmallVector<int64_t>(constant.getType().getShape()), {}};
  llvm::ArrayRef<float> scales = dequantize.getScales();
  if (scales.size() > 1 && dequantize.getAxis() != output_axis)
    throw NotLowered("its weights have scales along axis " + std::to_string(dequantize.getAxis()) +
                     ", which is not the outputs'");
  int64_t outputs = weights.shape[output_axis], stride = 1;
  for (size_t i = output_axis + 1; i < weights.shape.size(); ++i)
    stride *= weights.shape[i];
  for (int64_t o = 0; o < outputs; ++o)
    weights.scales.push_back(scales[scales.size() == 1 ? 0 : o]);
  subtract(dequantize.getZeroPoints(), weights.values, stride);
  return weights;
}

/// The bias in units of the accumulator, with the input's zero point folded in: bias - zero_point *
/// sum of weights.
Integers foldBias(const std::vector<double>& bias, const std::vector<double>& units,
                  const Bytes& weights, int64_t zero_point) {
  Integers result(units.size());
  size_t each = weights.size() / units.size();
  for (size_t o = 0; o < units.size(); ++o) {
    double real = bias.empty() ? 0 : std::nearbyint(bias[bias.size() == 1 ? 0 : o] / units[o]);
    int64_t sum = 0;
    for (size_t i = 0; i < each; ++i)
      sum += weights[o * each + i];
    double folded = real - static_cast<double>(zero_point * sum);
    if (!(std::abs(folded) < 2147483648.0))
      throw NotLowered("its bias does not fit into 32 bits");
    result[o] = static_cast<int64_t>(folded);
  }
  return result;
}

std::vector<double> readBias(mlir::Value value) {
  if (!value)
    return {};
  auto reals = realsOf(value);
  if (!reals)
    throw NotLowered("its bias is not constant");
  return *reals;
}

mlir::Value requantise(mlir::OpBuilder& builder, mlir::Location location, mlir::Value accumulators,
                       const std::vector<double>& units, const Target& target) {
  Integers multipliers, shifts;
  for (double unit : units) {
    Ratio r = ratio(unit / target.scale);
    multipliers.push_back(r.multiplier);
    shifts.push_back(r.shift);
  }
  int64_t count = units.size();
  mlir::Value multiplier =
      makeConstant(builder, location, count, builder.getI32Type(), multipliers);
  mlir::Value shift = makeConstant(builder, location, count, builder.getI32Type(), shifts);
  return RequantOp::create(builder, location, target.type, accumulators, multiplier, shift,
                           target.zero_point, target.low, target.high);
}

mlir::Type accumulators(const Target& target) {
  mlir::RankedTensorType type = target.type;
  return type.clone(mlir::IntegerType::get(type.getContext(), 32));
}

/// Weights of grouped convolutions that are not depthwise, written out with zeros for one group.
void expandGroups(Weights& weights, int64_t groups) {
  int64_t outputs = weights.shape[0], inner = weights.shape[1],
          taps = weights.shape[2] * weights.shape[3];
  Bytes dense(outputs * inner * groups * taps, 0);
  for (int64_t o = 0; o < outputs; ++o) {
    int64_t group = o / (outputs / groups);
    std::copy_n(weights.values.begin() + o * inner * taps, inner * taps,
                dense.begin() + (o * groups + group) * inner * taps);
  }
  weights.values = std::move(dense);
  weights.shape[1] = inner * groups;
}

/// rows x weights [N, K] + bias, requantised. `units`: real value of one accumulator step, for each
/// output.
mlir::Value multiply(mlir::OpBuilder& builder, mlir::Location location, const Quantised& rows,
                     const Weights& weights, const std::vector<double>& bias, double factor,
                     const Target& target) {
  std::vector<double> units;
  for (double scale : weights.scales)
    units.push_back(factor * rows.scale * scale);
  int64_t outputs = units.size();
  mlir::Value w = makeConstant(builder, location, weights.shape, weights.values);
  mlir::Value b = makeConstant(builder, location, outputs, builder.getI32Type(),
                               foldBias(bias, units, weights.values, rows.zero_point));
  auto sum = QMatMulOp::create(builder, location, accumulators(target), rows.value, w, b);
  return requantise(builder, location, sum, units, target);
}

/// [K, N] -> [N, K]
void transposeWeights(Weights& weights) {
  int64_t inner = weights.shape[0], outputs = weights.shape[1];
  Bytes turned(weights.values.size());
  const CopyDim dims[] = {{outputs, 1, inner}, {inner, outputs, 1}};
  copyStrided(dims, 1, reinterpret_cast<const char*>(weights.values.data()),
              reinterpret_cast<char*>(turned.data()));
  weights.values = std::move(turned);
  std::swap(weights.shape[0], weights.shape[1]);
}

} // namespace

mlir::Value lowerConv(mlir::OpBuilder& builder, ConvOp op, const Target& target) {
  Quantised x = quantisedImage(op.getInput());
  Weights weights = readWeights(op.getWeights(), 0);
  int64_t groups = op.getGroups(), channels = weights.shape[1] * groups;
  bool depthwise = groups == channels && weights.shape[0] == channels;
  if (groups > 1 && !depthwise) {
    expandGroups(weights, groups);
    groups = 1;
  }
  std::vector<double> units;
  for (double scale : weights.scales)
    units.push_back(x.scale * scale);
  int64_t outputs = units.size();
  mlir::Value w = makeConstant(builder, op.getLoc(), weights.shape, weights.values);
  mlir::Value b =
      makeConstant(builder, op.getLoc(), outputs, builder.getI32Type(),
                   foldBias(readBias(op.getBias()), units, weights.values, x.zero_point));
  auto sum =
      QConvOp::create(builder, op.getLoc(), accumulators(target), x.value, w, b, op.getStrides(),
                      op.getPads(), op.getDilations(), groups, x.zero_point);
  return requantise(builder, op.getLoc(), sum, units, target);
}

mlir::Value lowerGemm(mlir::OpBuilder& builder, GemmOp op, const Target& target) {
  double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
  if (op.getTransA())
    throw NotLowered("transA is not supported");
  if (!(alpha > 0))
    throw NotLowered("alpha is not positive");
  Quantised a = quantised(op.getA(), "its input");
  Weights weights = readWeights(op.getB(), op.getTransB() ? 0 : 1);
  if (!op.getTransB())
    transposeWeights(weights);
  std::vector<double> bias = readBias(op.getC());
  if (bias.size() > 1 && bias.size() != weights.scales.size())
    throw NotLowered("C differs from row to row");
  for (double& value : bias)
    value *= beta;
  if (bias.size() > 1 &&
      llvm::cast<mlir::RankedTensorType>(op.getC().getType()).getShape().back() !=
          static_cast<int64_t>(bias.size()))
    throw NotLowered("C is a column");
  return multiply(builder, op.getLoc(), a, weights, bias, alpha, target);
}

mlir::Value lowerMatMul(mlir::OpBuilder& builder, MatMulOp op, const Target& target) {
  Quantised a = quantised(op.getA(), "its input");
  Weights weights = readWeights(op.getB(), 1);
  int64_t inner = weights.shape[0], outputs = weights.shape[1],
          rows = target.type.getNumElements() / outputs;
  transposeWeights(weights);
  if (target.type.getRank() == 2)
    return multiply(builder, op.getLoc(), a, weights, {}, 1, target);
  Target flat = target; // leading dimensions are rows
  flat.type = mlir::RankedTensorType::get({rows, outputs}, target.type.getElementType());
  auto in_type = mlir::RankedTensorType::get({rows, inner}, target.type.getElementType());
  a.value = ReshapeOp::create(builder, op.getLoc(), in_type, a.value, in_type.getShape(), false);
  mlir::Value result = multiply(builder, op.getLoc(), a, weights, {}, 1, flat);
  return ReshapeOp::create(builder, op.getLoc(), target.type, result, target.type.getShape(),
                           false);
}

} // namespace npuforge::graph
