#pragma once
// One node of a graph as SystemVerilog.

#include <string>
#include <vector>

#include "sv_graph.h"

namespace npuforge::isa::sv {

/// "logic signed [7:0]".
std::string declaration(Type type);
std::string literal_text(int64_t value, Type type);
/// The value of a node whose arguments are these variables (or literals), each as wide as its type;
/// no operand is widened by its context. Throws GenerateError for operations that have no such
/// value.
std::string node_text(const Graph& graph, int id, const std::vector<std::string>& args);

/// The function of rtl/fp that computes a node, e.g. "fp_f32::fma"; empty: none, or it is a few
/// gates. `mode` is its last argument, if it has one more than the node.
struct FloatFunction {
  std::string name, mode;
};
FloatFunction float_function(const Graph& graph, int id);

} // namespace npuforge::isa::sv
