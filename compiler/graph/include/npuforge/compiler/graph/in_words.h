#pragma once
// Nodes of a quantised network whose integer operator does not fit a machine: tensor operators over
// words take their place. The graph passes know no machine; who plans for one names the nodes.

#include <llvm/ADT/StringRef.h>
#include <mlir/IR/Operation.h>

namespace npuforge::graph {

/// The module's attribute that lists the nodes' names.
inline constexpr llvm::StringLiteral kInWordsAttr = "graph.in_words";

/// Is the operation's node one of them?
bool isInWords(mlir::Operation* op);

} // namespace npuforge::graph
