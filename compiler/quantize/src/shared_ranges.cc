// Values between which elements only move have one scale: a union of what they are joined by.
#include <llvm/ADT/EquivalenceClasses.h>

#include "insert.h"

namespace npuforge::quantize {

llvm::DenseMap<mlir::Value, Range> shared_ranges(const std::vector<Layer>& layers,
                                                 const Choice& choice) {
  llvm::EquivalenceClasses<void*> joined;
  llvm::SetVector<mlir::Value> values;
  llvm::DenseSet<mlir::Value> moved; // results whose elements are others'
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!choice.chosen[i])
      continue;
    const Layer& layer = layers[i];
    values.insert(layer.result());
    const bool select = layer.kind == Layer::Kind::kSelect;
    if (select)
      moved.insert(layer.result());
    for (mlir::Value input : layer.inputs()) {
      values.insert(input);
      if (select)
        joined.unionSets(input.getAsOpaquePointer(), layer.result().getAsOpaquePointer());
    }
  }
  auto leader = [&](mlir::Value value) {
    return joined.getOrInsertLeaderValue(value.getAsOpaquePointer());
  };
  llvm::DenseMap<void*, Range> classes;
  for (mlir::Value value : values)
    if (!moved.contains(value)) {
      Range& range = classes[leader(value)];
      range = hull(range, choice.ranges.lookup(value));
    }
  llvm::DenseMap<mlir::Value, Range> result;
  for (mlir::Value value : values)
    result[value] = classes.lookup(leader(value));
  return result;
}

} // namespace npuforge::quantize
