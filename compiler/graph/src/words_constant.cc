// The network's numbers as words.
#include "npuforge/compiler/graph/reference_tensor.h"

#include "words_body.h"

namespace npuforge::graph {

using namespace mlir;

namespace {

using reference::Tensor;

/// As the interpreter holds them: the upper half of u64 is negative.
std::optional<int64_t> wordInteger(Type type, int64_t number, std::string& reason) {
  const int64_t end = int64_t{1} << 31;
  if (type.isUnsignedInteger(64) && number < 0)
    number = INT64_MAX;
  if (type.isInteger(64) && number == INT64_MAX)
    return end - 1;
  if (type.isInteger(64) && number == INT64_MIN)
    return -end;
  if (number >= -end && number < end)
    return number;
  reason = "the device holds integers as i32, which " + std::to_string(number) + " is not";
  return {};
}

} // namespace

TypedAttr wordAttribute(TypedAttr value, std::string& reason) {
  const Attribute element = value;
  auto one = DenseElementsAttr::get(RankedTensorType::get(ArrayRef<int64_t>(), value.getType()),
                                    ArrayRef<Attribute>(element));
  DenseElementsAttr word = wordElements(one, reason);
  return word ? llvm::cast<TypedAttr>(word.getSplatValue<Attribute>()) : TypedAttr();
}

DenseElementsAttr wordElements(DenseElementsAttr value, std::string& reason) {
  auto type = llvm::cast<ShapedType>(value.getType());
  const Type word = wordType(type.getElementType());
  if (value.isSplat() && type.getNumElements() != 1) {
    auto one = wordElements(value.resizeSplat(type.clone(ArrayRef<int64_t>{})), reason);
    return one ? one.resizeSplat(type.clone(word)) : one;
  }
  Tensor tensor = reference::from_attribute(value);
  if (!tensor.is_real())
    for (int64_t& number : *tensor.integers) {
      const auto held = wordInteger(tensor.element, number, reason);
      if (!held)
        return {};
      number = *held;
    }
  tensor.element = word;
  return reference::to_attribute(tensor);
}

} // namespace npuforge::graph
