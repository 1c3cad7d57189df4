// Add, pools and rescaling in integers.
#include "blocks.h"

namespace npuforge::graph {
namespace {

using Integers = std::vector<int64_t>;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The shape of b with as many dimensions as a.
llvm::SmallVector<int64_t> padded(llvm::ArrayRef<int64_t> shape, size_t rank) {
  llvm::SmallVector<int64_t> result(rank - shape.size(), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

/// One value for each channel (dimension 1), or a's own shape: what qadd can broadcast.
bool broadcastable(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  if (a == b)
    return true;
  for (size_t i = 0; i < a.size(); ++i)
    if (b[i] != (i == 1 ? a[i] : 1))
      return false;
  return a.size() > 1;
}

/// A constant written out to a's shape.
mlir::Value spread(mlir::OpBuilder& builder, mlir::Location location,
                   mlir::DenseElementsAttr constant, llvm::ArrayRef<int64_t> from,
                   llvm::ArrayRef<int64_t> to) {
  Integers source = integers(constant), result;
  int64_t count = 1;
  for (int64_t dim : to)
    count *= dim;
  for (int64_t index = 0; index < count; ++index) {
    int64_t rest = index, at = 0, stride = 1;
    for (size_t d = to.size(); d-- > 0;) {
      at += from[d] == 1 ? 0 : rest % to[d] * stride;
      rest /= to[d];
      stride *= from[d];
    }
    result.push_back(source[at]);
  }
  return makeConstant(builder, location, to, builder.getI8Type(), result);
}

/// b in a shape that qadd takes. Throws NotLowered.
mlir::Value fitOperand(mlir::OpBuilder& builder, mlir::Location location, mlir::Value b,
                       mlir::RankedTensorType to) {
  auto shape = padded(ranked(b).getShape(), to.getRank());
  auto constant = constantValue(b);
  if (!broadcastable(to.getShape(), shape)) {
    if (!constant)
      throw NotLowered("it broadcasts along other dimensions than height and width");
    return spread(builder, location, constant, shape, to.getShape());
  }
  if (llvm::ArrayRef<int64_t>(shape) == ranked(b).getShape())
    return b;
  if (constant)
    return makeConstant(builder, location, shape, builder.getI8Type(), integers(constant));
  return ReshapeOp::create(builder, location, to.clone(llvm::ArrayRef<int64_t>(shape)), b, shape,
                           false);
}

} // namespace

Ratio ratio(double real) {
  auto result = make_ratio(real);
  if (!result)
    throw NotLowered("its scales are too far apart (" + std::to_string(real) + ")");
  return *result;
}

Quantised quantised(mlir::Value value, const char* what) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (!dequantize)
    throw NotLowered(std::string(what) + " is not quantised: no DequantizeLinear before it");
  if (dequantize.getScales().size() != 1)
    throw NotLowered(std::string(what) + " has several scales");
  mlir::Value input = dequantize.getInput();
  if (!ranked(input).getElementType().isSignlessInteger(8))
    throw NotLowered(std::string(what) + " is not 8 bits");
  int64_t zero = dequantize.getZeroPoints()[0];
  if (zero < -128 || zero > 127)
    throw NotLowered(std::string(what) + " has a zero point outside its type");
  return {input, dequantize.getScales()[0], zero};
}

Quantised quantisedImage(mlir::Value value) {
  Quantised x = quantised(value, "its input");
  if (ranked(x.value).getRank() != 4 || ranked(x.value).getDimSize(0) != 1)
    throw NotLowered("its input is not one image");
  return x;
}

mlir::Value lowerAdd(mlir::OpBuilder& builder, AddOp op, const Target& target) {
  Quantised a = quantised(op.getA(), "its first operand"),
            b = quantised(op.getB(), "its second operand");
  auto fits = [&](const Quantised& x) {
    return !constantValue(x.value) && ranked(x.value).getShape() == target.type.getShape();
  };
  if (!fits(a))
    std::swap(a, b);
  if (!fits(a))
    throw NotLowered("neither operand has the result's shape");
  if (!constantValue(b.value) && ranked(b.value).getShape() != target.type.getShape() &&
      !hasDeviceShape(target.type.getShape()))
    throw NotLowered("it broadcasts in a batch");
  b.value = fitOperand(builder, op.getLoc(), b.value, target.type);
  // One shift for both: the larger multiplier has 31 bits.
  double ratio_a = a.scale / target.scale, ratio_b = b.scale / target.scale;
  int64_t shift = ratio(std::max(ratio_a, ratio_b)).shift;
  auto scaled = [&](double real) {
    return static_cast<int64_t>(std::nearbyint(std::ldexp(real, shift)));
  };
  return QAddOp::create(builder, op.getLoc(), target.type, a.value, b.value, a.zero_point,
                        scaled(ratio_a), b.zero_point, scaled(ratio_b), shift, target.zero_point,
                        target.low, target.high);
}

mlir::Value lowerAveragePool(mlir::OpBuilder& builder, AveragePoolOp op, const Target& target) {
  Quantised x = quantisedImage(op.getInput());
  bool padded = llvm::any_of(op.getPads(), [](int64_t pad) { return pad != 0; });
  if (op.getCeilMode() && op.getCountIncludePad() && padded)
    throw NotLowered("ceil_mode with count_include_pad is not supported");
  double scale = x.scale / target.scale;
  Ratio r = ratio(scale / static_cast<double>(op.getKernel()[0] * op.getKernel()[1]));
  return QAvgPoolOp::create(builder, op.getLoc(), target.type, x.value, op.getKernel(),
                            op.getStrides(), op.getPads(), op.getCountIncludePad() || !padded,
                            x.zero_point, r.multiplier, r.shift, llvm::APFloat(scale),
                            target.zero_point, target.low, target.high);
}

mlir::Value lowerGlobalAveragePool(mlir::OpBuilder& builder, GlobalAveragePoolOp op,
                                   const Target& target) {
  Quantised x = quantisedImage(op.getInput());
  llvm::ArrayRef<int64_t> kernel = ranked(x.value).getShape().drop_front(2);
  double scale = x.scale / target.scale;
  Ratio r = ratio(scale / static_cast<double>(kernel[0] * kernel[1]));
  llvm::SmallVector<int64_t> strides{1, 1}, pads{0, 0, 0, 0};
  return QAvgPoolOp::create(builder, op.getLoc(), target.type, x.value, kernel, strides, pads, true,
                            x.zero_point, r.multiplier, r.shift, llvm::APFloat(scale),
                            target.zero_point, target.low, target.high);
}

mlir::Value lowerRescale(mlir::OpBuilder& builder, mlir::Location location, mlir::Value input,
                         const Target& target) {
  Quantised x = quantised(input, "its input");
  bool same = x.scale == target.scale && x.zero_point == target.zero_point;
  if (same && target.low == -128 && target.high == 127)
    return x.value;
  Ratio r = ratio(x.scale / target.scale);
  return RescaleOp::create(builder, location, target.type, x.value, x.zero_point, r.multiplier,
                           r.shift, target.zero_point, target.low, target.high);
}

} // namespace npuforge::graph
