#include "npuforge/compiler/graph/reference_tensor.h"

#include <bit>
#include <cmath>

#include "npuforge/compiler/graph/interpreter.h"

namespace npuforge::graph::reference {
namespace {

/// Reads elements of T from an attribute's bytes, which hold one element if it is a splat.
template <typename T, typename Convert, typename Vector>
void read(mlir::DenseElementsAttr attribute, Vector& values, Convert convert) {
  llvm::ArrayRef<char> raw = attribute.getRawData();
  const bool splat = attribute.isSplat();
  for (size_t i = 0; i < values.size(); ++i) {
    T bits;
    std::memcpy(&bits, raw.data() + (splat ? 0 : i * sizeof(T)), sizeof(T));
    values[i] = convert(bits);
  }
}

double same(double value) {
  return value;
}
double from_half(uint16_t bits) {
  return static_cast<double>(std::bit_cast<_Float16>(bits));
}
double from_bfloat(uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
}

/// Nearest bf16: to f32 rounding to odd, which keeps what the second rounding needs to know.
uint16_t to_bfloat(double value) {
  if (std::isnan(value))
    return 0x7fc0;
  float nearest = static_cast<float>(value);
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (static_cast<double>(nearest) != value && !std::isinf(value)) {
    if (std::fabs(static_cast<double>(nearest)) > std::fabs(value))
      --bits; // towards zero; also from infinity to the largest number
    bits |= 1;
  }
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

void read_reals(mlir::DenseElementsAttr attribute, mlir::Type type, Reals& values) {
  if (type.isF64())
    read<double>(attribute, values, same);
  else if (type.isF32())
    read<float>(attribute, values, same);
  else if (type.isF16())
    read<uint16_t>(attribute, values, from_half);
  else
    read<uint16_t>(attribute, values, from_bfloat);
}

void read_integers(mlir::DenseElementsAttr attribute, mlir::Type type, Integers& values) {
  auto widen = [](auto bits) { return static_cast<int64_t>(bits); };
  if (type.isInteger(1)) { // as MLIR packs them
    for (auto [value, bit] : llvm::zip_equal(values, attribute.getValues<bool>()))
      value = bit;
    return;
  }
  const bool is_unsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return is_unsigned ? read<uint8_t>(attribute, values, widen)
                       : read<int8_t>(attribute, values, widen);
  case 16:
    return is_unsigned ? read<uint16_t>(attribute, values, widen)
                       : read<int16_t>(attribute, values, widen);
  case 32:
    return is_unsigned ? read<uint32_t>(attribute, values, widen)
                       : read<int32_t>(attribute, values, widen);
  default:
    return read<int64_t>(attribute, values, widen);
  }
}

template <typename T, typename Vector, typename Convert>
mlir::DenseElementsAttr write(mlir::RankedTensorType type, const Vector& values, Convert convert) {
  std::vector<T> raw(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    raw[i] = convert(values[i]);
  return mlir::DenseElementsAttr::getFromRawBuffer(
      type, {reinterpret_cast<const char*>(raw.data()), raw.size() * sizeof(T)});
}

mlir::DenseElementsAttr write_reals(mlir::RankedTensorType type, const Reals& values) {
  mlir::Type element = type.getElementType();
  if (element.isF64())
    return write<double>(type, values, same);
  if (element.isF32())
    return write<float>(type, values, [](double x) { return static_cast<float>(x); });
  if (element.isF16())
    return write<uint16_t>(
        type, values, [](double x) { return std::bit_cast<uint16_t>(static_cast<_Float16>(x)); });
  return write<uint16_t>(type, values, to_bfloat);
}

mlir::DenseElementsAttr write_integers(mlir::RankedTensorType type, const Integers& values) {
  auto narrow = [](int64_t value) { return value; };
  switch (type.getElementTypeBitWidth()) {
  case 1: {
    llvm::SmallVector<bool> bits(values.begin(), values.end());
    return mlir::DenseElementsAttr::get(type, bits);
  }
  case 8:
    return write<int8_t>(type, values, narrow);
  case 16:
    return write<int16_t>(type, values, narrow);
  case 32:
    return write<int32_t>(type, values, narrow);
  default:
    return write<int64_t>(type, values, narrow);
  }
}

} // namespace

int64_t count_of(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

int64_t Tensor::count() const {
  return count_of(shape);
}

Shape strides_of(llvm::ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

Tensor make_tensor(llvm::ArrayRef<int64_t> shape, mlir::Type element) {
  Tensor tensor{Shape(shape), element, nullptr, nullptr};
  const auto count = static_cast<size_t>(count_of(shape));
  if (element.isF16() || element.isBF16() || element.isF32() || element.isF64()) {
    tensor.reals = std::make_shared<Reals>(count);
    return tensor;
  }
  auto integer = llvm::dyn_cast<mlir::IntegerType>(element);
  if (!integer || !llvm::is_contained({1, 8, 16, 32, 64}, static_cast<int>(integer.getWidth()))) {
    std::string text;
    llvm::raw_string_ostream(text) << element;
    throw InterpreterError("the interpreter holds no elements of the type " + text);
  }
  tensor.integers = std::make_shared<Integers>(count);
  return tensor;
}

Tensor from_attribute(mlir::DenseElementsAttr attribute) {
  mlir::Type element = attribute.getElementType();
  Tensor tensor = make_tensor(attribute.getType().getShape(), element);
  if (tensor.is_real())
    read_reals(attribute, element, *tensor.reals);
  else
    read_integers(attribute, element, *tensor.integers);
  return tensor;
}

mlir::DenseElementsAttr to_attribute(const Tensor& tensor) {
  auto type = mlir::RankedTensorType::get(tensor.shape, tensor.element);
  return tensor.is_real() ? write_reals(type, *tensor.reals)
                          : write_integers(type, *tensor.integers);
}

double round_to(mlir::Type type, double value) {
  if (type.isF64())
    return value;
  if (type.isF32())
    return static_cast<double>(static_cast<float>(value));
  if (type.isF16())
    return static_cast<double>(static_cast<_Float16>(value));
  return from_bfloat(to_bfloat(value));
}

void round_to(mlir::Type type, llvm::MutableArrayRef<double> values) {
  if (type.isF64())
    return;
  if (type.isF32()) { // a loop that vectorises
    for (double& value : values)
      value = static_cast<double>(static_cast<float>(value));
    return;
  }
  for (double& value : values)
    value = round_to(type, value);
}

int64_t wrap_to(mlir::Type type, int64_t value) {
  const unsigned width = type.getIntOrFloatBitWidth();
  if (width == 64)
    return value;
  const unsigned spare = 64 - width;
  const uint64_t high = static_cast<uint64_t>(value) << spare;
  return width == 1 || type.isUnsignedInteger() ? static_cast<int64_t>(high >> spare)
                                                : static_cast<int64_t>(high) >> spare;
}

void wrap_to(mlir::Type type, llvm::MutableArrayRef<int64_t> values) {
  for (int64_t& value : values)
    value = wrap_to(type, value);
}

int64_t least_of(mlir::Type type) {
  const unsigned width = type.getIntOrFloatBitWidth();
  return width == 1 || type.isUnsignedInteger() ? 0 : INT64_MIN >> (64 - width);
}

int64_t largest_of(mlir::Type type) {
  const unsigned width = type.getIntOrFloatBitWidth();
  if (width == 1 || type.isUnsignedInteger())
    return static_cast<int64_t>(UINT64_MAX >> (64 - width));
  return INT64_MAX >> (64 - width);
}

} // namespace npuforge::graph::reference
