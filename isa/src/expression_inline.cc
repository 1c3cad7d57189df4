// Functions of the spec taken apart.
#include <map>
#include <unordered_map>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {
namespace {

/// Rebuilds a DAG; `arguments` stand in the places of the names.
class Inliner {
public:
  explicit Inliner(std::map<std::string, ExprPtr> arguments) : arguments_(std::move(arguments)) {}

  ExprPtr visit(const ExprPtr& expr) {
    auto [entry, is_new] = done_.try_emplace(expr.get());
    if (!is_new)
      return entry->second;
    ExprPtr result = rebuild(expr);
    done_[expr.get()] = result; // the entry may have moved
    return result;
  }

private:
  ExprPtr rebuild(const ExprPtr& expr) {
    if (expr->kind == ExprKind::Name) {
      auto argument = arguments_.find(expr->text);
      return argument == arguments_.end() ? expr : argument->second;
    }
    std::vector<ExprPtr> args;
    bool changed = false;
    for (const ExprPtr& arg : expr->args) {
      args.push_back(visit(arg));
      changed = changed || args.back() != arg;
    }
    if (expr->kind == ExprKind::Apply)
      return body(*expr, args);
    if (!changed)
      return expr;
    auto node = std::make_shared<Expr>(*expr);
    node->args = std::move(args);
    return node;
  }

  static ExprPtr body(const Expr& apply, const std::vector<ExprPtr>& args) {
    std::map<std::string, ExprPtr> arguments;
    for (std::size_t i = 0; i < args.size(); ++i) {
      const Symbol& parameter = apply.function->parameters[i];
      auto let = std::make_shared<Expr>();
      let->kind = ExprKind::Let;
      let->text = parameter.name;
      let->type = parameter.type;
      let->args = {args[i]};
      let->column = apply.column;
      arguments.emplace(parameter.name, std::move(let));
    }
    return Inliner(std::move(arguments)).visit(apply.function->result);
  }

  std::map<std::string, ExprPtr> arguments_;
  std::unordered_map<const Expr*, ExprPtr> done_;
};

} // namespace

ExprPtr inlined(const ExprPtr& expr) {
  return Inliner({}).visit(expr);
}

} // namespace npuforge::isa
