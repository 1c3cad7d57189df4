// graph-precision: in which type the array multiplies which product.
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/control.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_PRECISION
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

constexpr StringLiteral kAttribute = "precision";
constexpr size_t kNearNames = 3; ///< that an error shows

bool isProduct(Operation& op) {
  return llvm::isa<ContractOp, ConvolveOp>(op) &&
         getElementTypeOrSelf(op.getOperand(0).getType()).isF32();
}

/// The names least edits away, quoted.
std::string nearest(StringRef name, std::vector<std::string> names) {
  llvm::sort(names, [&](StringRef a, StringRef b) {
    return std::pair(name.edit_distance(a), a) < std::pair(name.edit_distance(b), b);
  });
  names.erase(llvm::unique(names), names.end());
  names.resize(std::min(names.size(), kNearNames));
  std::string list;
  for (const std::string& each : names)
    list += (list.empty() ? "'" : ", '") + each + "'";
  return list;
}

struct Precision : impl::PrecisionBase<Precision> {
  using PrecisionBase::PrecisionBase;

  void runOnOperation() override {
    for (Operation& op : getOperation().getBody().front())
      if (isProduct(op))
        products.push_back(&op);
    if (failed(checkType(type)))
      return signalPassFailure();
    for (Operation* op : products)
      if (!op->hasAttr(kAttribute))
        set(op, type);
    bool ok = true;
    for (const std::string& layer : layers)
      ok &= succeeded(setLayer(layer));
    products.clear();
    if (!ok)
      signalPassFailure();
  }

  LogicalResult checkType(StringRef name) {
    if (llvm::is_contained({"f32", "f16", "bf16"}, name))
      return success();
    return getOperation().emitError()
           << "the precision '" << name << "' is not known; there are f32, f16 and bf16";
  }

  static void set(Operation* op, StringRef name) {
    if (name == "f32")
      op->removeAttr(kAttribute);
    else
      op->setAttr(kAttribute, StringAttr::get(op->getContext(), name));
  }

  /// Control flow: the node may be in another function.
  bool isOneOfSeveral() {
    return !isNetwork(getOperation()) || llvm::any_of(getOperation().getBody().front(), isControl);
  }

  LogicalResult setLayer(StringRef text) {
    auto [name, wanted] = text.rsplit('=');
    if (failed(checkType(wanted)))
      return failure();
    bool found = false;
    for (Operation* op : products)
      if (nodeName(op->getLoc()) == name) {
        set(op, wanted);
        found = true;
      }
    if (found || isOneOfSeveral()) // whose names npuc has looked up
      return success();
    std::vector<std::string> names;
    for (Operation* op : products)
      names.push_back(nodeName(op->getLoc()));
    auto error = getOperation().emitError() << "a precision is given for '" << name
                                            << "', which is no node that multiplies f32 matrices";
    return names.empty() ? error << "; there is none"
                         : error << "; the nearest names are " << nearest(name, names);
  }

  std::vector<Operation*> products;
};

} // namespace
} // namespace npuforge::graph
