#pragma once
// The graph dialect's C++ side: operation classes, and the helpers that every pass over them needs.

#include <mlir/Bytecode/BytecodeOpInterface.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/BuiltinTypes.h>
#include <mlir/IR/Dialect.h>
#include <mlir/IR/OpImplementation.h>
#include <mlir/IR/SymbolTable.h>
#include <mlir/Interfaces/SideEffectInterfaces.h>

#include "npuforge/compiler/graph/GraphOpsDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "npuforge/compiler/graph/GraphOpsAttributes.h.inc"

#define GET_OP_CLASSES
#include "npuforge/compiler/graph/GraphOps.h.inc"

namespace npuforge::graph {

/// The ONNX node's name behind an operation: the first NameLoc in its location; "?" if there is
/// none.
std::string nodeName(mlir::Location location);

/// The type that an element of a tensor (or of this element type) has in a map's body.
mlir::Type bodyType(mlir::Type type);

} // namespace npuforge::graph
