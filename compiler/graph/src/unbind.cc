#include "unbind.h"

namespace npuforge::graph {
namespace {

constexpr double kOffset = 128;

mlir::RankedTensorType withElement(mlir::Value value, mlir::Type element) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).clone(element);
}

mlir::Type byte(const Build& build, bool is_signed) {
  return is_signed ? build.builder().getIntegerType(8) : build.builder().getIntegerType(8, false);
}

} // namespace

Binding bindingOf(mlir::MLIRContext* context, mlir::DictionaryAttr attributes) {
  auto get = [&](llvm::StringRef name) { return attributes ? attributes.get(name) : nullptr; };
  auto scale = llvm::dyn_cast_or_null<mlir::FloatAttr>(get("graph.scale"));
  auto zero = llvm::dyn_cast_or_null<mlir::IntegerAttr>(get("graph.zero_point"));
  auto type = llvm::dyn_cast_or_null<mlir::StringAttr>(get("graph.type"));
  auto qtype = llvm::dyn_cast_or_null<mlir::StringAttr>(get("graph.qtype"));
  if (!scale || !zero || !type || !qtype)
    return {};
  mlir::Builder builder(context);
  Binding binding;
  binding.type = type.getValue() == "f32"  ? mlir::Type(builder.getF32Type())
                 : type.getValue() == "u8" ? mlir::Type(builder.getIntegerType(8, false))
                                           : mlir::Type(builder.getIntegerType(8));
  binding.scale = static_cast<float>(scale.getValueAsDouble());
  binding.zero_point = static_cast<int32_t>(zero.getInt()) - (qtype.getValue() == "u8" ? 128 : 0);
  return binding;
}

llvm::ArrayRef<llvm::StringLiteral> bindingAttributes() {
  static constexpr llvm::StringLiteral kNames[] = {"graph.type", "graph.qtype", "graph.scale",
                                                   "graph.zero_point"};
  return kNames;
}

mlir::Value toSigned(const Build& build, mlir::Value value) {
  return build.map(byte(build, true), value, [&](const Scalars& s) {
    return cast(cast(s[0], build.i32()) - kOffset, byte(build, true));
  });
}

mlir::Value toUnsigned(const Build& build, mlir::Value value) {
  return build.map(byte(build, false), value, [&](const Scalars& s) {
    return cast(cast(s[0], build.i32()) + kOffset, byte(build, false));
  });
}

mlir::Value networkOutput(const Build& build, mlir::Value output, const Binding& binding) {
  if (binding.type.isF32())
    return DequantizeOp::create(build.builder(), build.location(), withElement(output, build.f32()),
                                output, llvm::ArrayRef<float>(binding.scale),
                                llvm::ArrayRef<int32_t>(binding.zero_point));
  return binding.type.isUnsignedInteger() ? toUnsigned(build, output) : output;
}

} // namespace npuforge::graph
