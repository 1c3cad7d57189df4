// `let`: names for parts of expressions.
#include <algorithm>

#include <fmt/format.h>

#include "expression_rules.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

ExprPtr make_let(const std::string& name, const ExprPtr& value) {
  auto node = std::make_shared<Expr>();
  node->kind = ExprKind::Let;
  node->text = name;
  node->type = value->type;
  node->args = {value};
  return node;
}

void collect_mentioned(const Expr& expr, std::set<std::string>& names) {
  if (expr.kind == ExprKind::Call || expr.kind == ExprKind::Index)
    names.insert(expr.text);
  for (const ExprPtr& arg : expr.args)
    collect_mentioned(*arg, names);
}

bool has_symbol(const Scope& scope, const std::string& name) {
  return std::any_of(scope.symbols.begin(), scope.symbols.end(),
                     [&](const Symbol& symbol) { return symbol.name == name; });
}

/// Texts that are no expressions are reported when they are read.
void add_mentioned(const Node& node, std::set<std::string>& names) {
  try {
    if (node.is_scalar())
      collect_mentioned(*parse_expression(node.text), names);
  } catch (const ExprError&) {
  }
}

} // namespace

std::set<std::string> mentioned(const Node& node) {
  std::set<std::string> names;
  for (const char* key : {"condition", "init", "step", "result"})
    if (const Node* expression = node.find(key))
      add_mentioned(*expression, names);
  if (const Node* let = node.find("let"))
    for (const Node::Entry& entry : let->entries)
      add_mentioned(entry.value, names);
  return names;
}

std::optional<std::vector<ExprPtr>> read_lets(const Node& node, const std::string& what,
                                              Scope scope, Problems& problems) {
  if (!node.is_map()) {
    problems.add(node, fmt::format("'let' of {} must be a map of expressions", what));
    return std::nullopt;
  }
  const std::size_t before = problems.count();
  for (const auto& [key, value] : node.entries) {
    if (!is_identifier(key.text) || has_symbol(scope, key.text))
      problems.add(key, fmt::format("'{}' is not a name of a let: lower-case letters, digits and "
                                    "'_', and no other meaning",
                                    key.text));
    const std::string let = fmt::format("'{}' of {}", key.text, what);
    ExprPtr typed = read_expression(value, let, scope, std::nullopt, problems);
    if (!typed)
      return std::nullopt; // those that follow may use it
    scope.lets.push_back(make_let(key.text, typed));
  }
  return problems.count() == before ? std::optional(std::move(scope.lets)) : std::nullopt;
}

void check_lets_used(const Node& node, const std::vector<ExprPtr>& lets,
                     const std::vector<ExprPtr>& results, Problems& problems) {
  const std::vector<const Expr*> used = lets_in(results);
  for (std::size_t i = 0; i < lets.size(); ++i)
    if (std::find(used.begin(), used.end(), lets[i].get()) == used.end())
      problems.add(node.entries[i].key,
                   fmt::format("'{}' is used by nothing", node.entries[i].key.text));
}

} // namespace npuforge::isa
