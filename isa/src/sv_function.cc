#include "sv_function.h"

#include <set>
#include <unordered_set>

#include <fmt/format.h>

namespace npuforge::isa::sv {
namespace {

class FunctionPrinter {
public:
  FunctionPrinter(const Graph& graph, const Leaves& leaves) : graph_(graph), leaves_(leaves) {}
  std::string inputs, signals, variables, statements;

  /// The variable, argument or literal that holds the node's value.
  const std::string& value(int id) {
    if (auto done = values_.find(id); done != values_.end())
      return done->second;
    return values_[id] = made(id);
  }

private:
  const Graph& graph_;
  const Leaves& leaves_;
  std::map<int, std::string> values_;
  std::set<std::string> taken_;
  int count_ = 0;

  std::string made(int id) {
    const Node& node = graph_[id];
    if (node.op == Op::Literal)
      return literal_text(node.literal, node.type);
    if (const auto leaf = leaves_(id))
      return argument(*leaf, node.type);
    std::vector<std::string> args;
    for (int arg : node.args)
      args.push_back(value(arg));
    const std::string variable = fmt::format("t{}", count_++);
    variables += fmt::format("    {} {};\n", declaration(node.type), variable);
    statements += fmt::format("    {} = {};{}\n", variable, node_text(graph_, id, args),
                              node.label.empty() ? "" : "  // " + node.label);
    return variable;
  }

  std::string argument(const Leaf& leaf, Type type) {
    std::string name = "x_" + leaf.argument;
    while (!taken_.insert(name).second)
      name += "_";
    inputs +=
        fmt::format("{}\n      input {} {}", inputs.empty() ? "" : ",", declaration(type), name);
    signals += (signals.empty() ? "" : ", ") + leaf.signal;
    return name;
  }
};

void comment_lets(const ExprPtr& expr, std::unordered_set<const Expr*>& seen, std::string& text) {
  if (!seen.insert(expr.get()).second)
    return;
  for (const ExprPtr& arg : expr->args)
    comment_lets(arg, seen, text);
  if (expr->kind == ExprKind::Let)
    text += fmt::format("  //   {} = {}\n", expr->text, print(*expr->args[0]));
}

} // namespace

PrintedFunction print_function(const std::string& name, const Graph& graph, int root,
                               const Leaves& leaves) {
  const Node& node = graph[root];
  if (node.op == Op::Literal)
    return {"", literal_text(node.literal, node.type)};
  if (const auto leaf = leaves(root))
    return {"", leaf->signal};
  FunctionPrinter printer(graph, leaves);
  const std::string result = printer.value(root);
  if (printer.inputs.empty()) { // a function needs an argument
    printer.inputs = "\n      input logic unused";
    printer.signals = "1'b0";
  }
  return {fmt::format("  function automatic {} {}({});\n{}{}    {} = {};\n  endfunction\n\n",
                      declaration(node.type), name, printer.inputs, printer.variables,
                      printer.statements, name, result),
          fmt::format("{}({})", name, printer.signals)};
}

std::string expression_comment(const std::string& title, const ExprPtr& expr) {
  std::string text;
  std::unordered_set<const Expr*> seen;
  comment_lets(expr, seen, text);
  return fmt::format("{}  // {} = {}\n", text, title, print(*expr));
}

} // namespace npuforge::isa::sv
