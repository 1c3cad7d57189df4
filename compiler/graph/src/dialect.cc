// Registration of the graph dialect; constants fold and materialise here.
#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/DialectImplementation.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/GraphOpsDialect.cpp.inc"
#include "npuforge/compiler/graph/bytes.h"

#define GET_ATTRDEF_CLASSES
#include "npuforge/compiler/graph/GraphOpsAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "npuforge/compiler/graph/GraphOps.cpp.inc"

namespace npuforge::graph {

void GraphDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "npuforge/compiler/graph/GraphOpsAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "npuforge/compiler/graph/GraphOps.cpp.inc"
      >();
}

mlir::Operation* GraphDialect::materializeConstant(mlir::OpBuilder& builder, mlir::Attribute value,
                                                   mlir::Type type, mlir::Location location) {
  auto elements = llvm::dyn_cast<mlir::ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, location, type, elements);
}

mlir::Type bodyType(mlir::Type type) {
  mlir::Type element = mlir::getElementTypeOrSelf(type);
  if (isBytes(element))
    return mlir::IntegerType::get(type.getContext(), 8);
  if (!element.isUnsignedInteger())
    return element;
  return mlir::IntegerType::get(type.getContext(), element.getIntOrFloatBitWidth() < 32 ? 32 : 64);
}

std::string nodeName(mlir::Location location) {
  std::string name = "?";
  location->walk([&](mlir::Location inner) {
    auto named = llvm::dyn_cast<mlir::NameLoc>(inner);
    if (!named)
      return mlir::WalkResult::advance();
    name = named.getName().str();
    return mlir::WalkResult::interrupt();
  });
  return name;
}

} // namespace npuforge::graph
