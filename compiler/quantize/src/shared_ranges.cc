// Values between which elements only move have one scale: a union of what they are joined by.
#include <llvm/ADT/EquivalenceClasses.h>

#include "insert.h"

namespace npuforge::quantize {

namespace {

/// Does a layer that makes one tensor of several (concat) have to read this one in the scale of its
/// result? One that nobody else reads: it is rounded once then.
bool is_joined(const Layer& layer, mlir::Value input) {
  return layer.inputs().size() == 1 || input.hasOneUse();
}

class Sharing {
public:
  Sharing(const std::vector<Layer>& layers, const Choice& choice) : choice_(choice) {
    for (size_t i = 0; i < layers.size(); ++i)
      if (choice.selected.computed[i])
        add(layers[i]);
  }

  llvm::DenseMap<mlir::Value, Range> ranges() {
    llvm::DenseMap<void*, Range> classes;
    for (auto [value, from] : sources_)
      classes[leader(value)] = hull(classes[leader(value)], choice_.ranges.lookup(from));
    llvm::DenseMap<mlir::Value, Range> result;
    for (mlir::Value value : values_)
      result[value] = classes.lookup(leader(value));
    return result;
  }

private:
  void add(const Layer& layer) {
    const bool select = layer.kind == Layer::Kind::kSelect;
    for (mlir::Value input : layer.inputs()) {
      if (values_.insert(input)) // no layer in 8 bits made it
        sources_.emplace_back(input, input);
      if (select && is_joined(layer, input))
        classes_.unionSets(input.getAsOpaquePointer(), layer.result().getAsOpaquePointer());
      else if (select)
        sources_.emplace_back(layer.result(), input);
    }
    values_.insert(layer.result());
    if (!select)
      sources_.emplace_back(layer.result(), layer.result());
  }

  void* leader(mlir::Value value) {
    return classes_.getOrInsertLeaderValue(value.getAsOpaquePointer());
  }

  const Choice& choice_;
  llvm::EquivalenceClasses<void*> classes_;
  llvm::SetVector<mlir::Value> values_;
  /// Whose class covers the range of which value.
  std::vector<std::pair<mlir::Value, mlir::Value>> sources_;
};

} // namespace

llvm::DenseMap<mlir::Value, Range> shared_ranges(const std::vector<Layer>& layers,
                                                 const Choice& choice) {
  return Sharing(layers, choice).ranges();
}

} // namespace npuforge::quantize
