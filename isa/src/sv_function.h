#pragma once
// A part of a graph as a SystemVerilog function: every node becomes a variable of its own width and
// signedness.

#include <functional>
#include <optional>
#include <string>

#include "sv_node.h"

namespace npuforge::isa::sv {

/// What stands for a node outside the function: a signal as wide as its type, and what the function
/// calls it. None: the function computes the node from its arguments.
struct Leaf {
  std::string signal, argument;
};
using Leaves = std::function<std::optional<Leaf>(int id)>;

/// `call` is the text of a call with the leaves' signals. What is a leaf or a literal itself needs
/// no function: `definition` is empty.
struct PrintedFunction {
  std::string definition, call;
};
PrintedFunction print_function(const std::string& name, const Graph& graph, int root,
                               const Leaves& leaves);

/// The lets and the expression, a line each, as comments: "  // exp: result = a * b".
std::string expression_comment(const std::string& title, const ExprPtr& expr);

} // namespace npuforge::isa::sv
