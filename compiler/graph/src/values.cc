#include "npuforge/compiler/graph/values.h"

#include "npuforge/compiler/graph/Graph.h"

#include "transposed.h"

namespace npuforge::graph {
namespace {

using namespace mlir;

constexpr llvm::StringLiteral kName = "graph.value", kOrder = "graph.order";

/// The part of a location that holds a value's name.
FusedLoc holder(Location location) {
  auto fused = llvm::dyn_cast<FusedLoc>(location);
  auto data =
      fused ? llvm::dyn_cast_if_present<DictionaryAttr>(fused.getMetadata()) : DictionaryAttr();
  return data && data.get(kName) ? fused : FusedLoc();
}

} // namespace

std::optional<NetworkValue> networkValue(Location location) {
  FusedLoc fused = holder(location);
  if (!fused)
    return {};
  auto data = llvm::cast<DictionaryAttr>(fused.getMetadata());
  auto order = data.getAs<DenseI64ArrayAttr>(kOrder);
  return NetworkValue{data.getAs<StringAttr>(kName).str(),
                      llvm::SmallVector<int64_t>(order.asArrayRef())};
}

Location withoutValue(Location location) {
  FusedLoc fused = holder(location);
  return fused ? fused.getLocations().front() : location;
}

Location withValue(Location location, const NetworkValue& value) {
  Builder b(location.getContext());
  Attribute data =
      b.getDictionaryAttr({b.getNamedAttr(kName, b.getStringAttr(value.name)),
                           b.getNamedAttr(kOrder, b.getDenseI64ArrayAttr(value.order))});
  return FusedLoc::get(location.getContext(), {withoutValue(location)}, data);
}

void nameValue(Value value, const std::string& name) {
  Operation* op = value.getDefiningOp();
  if (!op || networkValue(op->getLoc()) || llvm::isa<ConstantOp>(op))
    return;
  NetworkValue named{name, {}};
  if (auto t = transposed(value)) {
    Operation* inner = t->input.getDefiningOp();
    if (inner && !networkValue(inner->getLoc()) &&
        nodeName(inner->getLoc()) == nodeName(op->getLoc()))
      op = inner, named.order = t->perm;
  }
  op->setLoc(withValue(op->getLoc(), named));
}

void giveValue(Operation* from, Value to) {
  auto value = networkValue(from->getLoc());
  Operation* op = to.getDefiningOp();
  if (op && op != from && !llvm::isa<ConstantOp>(op))
    op->setLoc(value ? withValue(op->getLoc(), *value) : withoutValue(op->getLoc()));
}

void giveValue(Operation* from, Value to, llvm::ArrayRef<int64_t> order) {
  auto value = networkValue(from->getLoc());
  Operation* op = to.getDefiningOp();
  if (!value || !op || llvm::isa<ConstantOp>(op))
    return;
  const size_t rank = llvm::cast<ShapedType>(from->getResult(0).getType()).getRank();
  llvm::SmallVector<int64_t> composed;
  for (size_t i = 0; i < rank; ++i)
    composed.push_back(order[static_cast<size_t>(value->order.empty() ? i : value->order[i])]);
  op->setLoc(withValue(op->getLoc(), {value->name, composed}));
}

void dropValue(Operation* op) {
  op->setLoc(withoutValue(op->getLoc()));
}

} // namespace npuforge::graph
