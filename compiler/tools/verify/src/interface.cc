#include "interface.h"

#include <algorithm>
#include <cmath>

namespace npuforge::verify {
namespace {

/// What the attributes of an end say.
struct Quantised {
  double scale = 0; ///< 0: not quantised
  double zero_point = 0;
  bool is_unsigned = false;
};

template <typename Get>
Quantised read(Get get) {
  auto scale = llvm::dyn_cast_if_present<mlir::FloatAttr>(get("graph.scale"));
  if (!scale)
    return {};
  return {scale.getValueAsDouble(),
          static_cast<double>(llvm::cast<mlir::IntegerAttr>(get("graph.zero_point")).getInt()),
          llvm::cast<mlir::StringAttr>(get("graph.qtype")).getValue() == "u8"};
}

bool is_byte(mlir::Type element) {
  return element.isInteger() && element.getIntOrFloatBitWidth() == 8;
}

/// Unsigned bytes are held less 128 in signless ones.
int64_t offset_of(bool is_unsigned, mlir::Type element) {
  return is_unsigned && element.isSignlessInteger(8) ? 128 : 0;
}

} // namespace

Tensor to_argument(mlir::func::FuncOp main, unsigned index, const Tensor& input) {
  auto type = llvm::cast<mlir::RankedTensorType>(main.getArgument(index).getType());
  const Quantised q = read([&](const char* name) { return main.getArgAttr(index, name); });
  Tensor tensor = graph::reference::make_tensor(type.getShape(), type.getElementType());
  for (size_t i = 0; i < static_cast<size_t>(input.count()); ++i) {
    if (tensor.is_real()) {
      (*tensor.reals)[i] = graph::reference::round_to(tensor.element, (*input.reals)[i]);
    } else if (input.is_real() && is_byte(tensor.element)) {
      const float real = static_cast<float>((*input.reals)[i]) / static_cast<float>(q.scale);
      const double low = q.is_unsigned ? 0 : -128;
      const double step = std::clamp(std::nearbyint(real) + q.zero_point, low, low + 255);
      (*tensor.integers)[i] = static_cast<int64_t>(step) - offset_of(q.is_unsigned, tensor.element);
    } else {
      const bool shifted = input.element.isUnsignedInteger(8);
      (*tensor.integers)[i] = graph::reference::wrap_to(
          tensor.element, (*input.integers)[i] - offset_of(shifted, tensor.element));
    }
  }
  return tensor;
}

std::vector<double> from_result(mlir::func::FuncOp main, unsigned index, const Tensor& result,
                                mlir::Type type) {
  const Quantised q = read([&](const char* name) { return main.getResultAttr(index, name); });
  std::vector<double> values = numbers(result);
  if (!is_byte(result.element))
    return values;
  const bool is_unsigned = q.scale != 0 ? q.is_unsigned : type.isUnsignedInteger(8);
  for (double& value : values) {
    value += static_cast<double>(offset_of(is_unsigned, result.element));
    if (q.scale != 0 && llvm::isa<mlir::FloatType>(type))
      value = (value - q.zero_point) * q.scale;
  }
  return values;
}

double step_of(mlir::func::FuncOp main, unsigned index) {
  return read([&](const char* name) { return main.getResultAttr(index, name); }).scale;
}

} // namespace npuforge::verify
