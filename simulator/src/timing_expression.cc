#include "timing_expression.h"

#include <stdexcept>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

namespace npuforge::simulator {

TimingExpression::TimingExpression(const isa::ExprPtr& expr, const isa::Machine& machine,
                                   const std::vector<std::string>& streams)
    : sizes_(isa::timing_sizes(machine)) {
  for (const std::string& stream : streams)
    names_.push_back(stream + ".steps");
  if (fold(*expr, 1))
    return;
  constant_ = 0;
  factors_.fill(0);
  tree_ = expr;
}

int64_t TimingExpression::value(std::span<const int64_t> steps) const {
  if (tree_)
    return isa::evaluate(*tree_, [&](std::string_view name) -> int64_t {
      for (size_t i = 0; i < names_.size(); ++i)
        if (names_[i] == name)
          return steps[i];
      for (const auto& [size, value] : sizes_)
        if (size == name)
          return value;
      throw std::logic_error("a timing expression names what it may not: " + std::string(name));
    });
  int64_t sum = constant_;
  for (size_t i = 0; i < steps.size(); ++i)
    sum += factors_[i] * steps[i];
  return sum;
}

bool TimingExpression::fold(const isa::Expr& expr, int64_t sign) {
  switch (expr.kind) {
  case isa::ExprKind::Literal:
    constant_ += sign * expr.literal;
    return true;
  case isa::ExprKind::Name:
    return fold_name(expr.text, sign);
  case isa::ExprKind::Binary:
    if (expr.text == "+" || expr.text == "-")
      return fold(*expr.args[0], sign) && fold(*expr.args[1], expr.text == "+" ? sign : -sign);
    return false;
  default:
    return false;
  }
}

bool TimingExpression::fold_name(const std::string& name, int64_t sign) {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) {
      factors_[i] += sign;
      return true;
    }
  for (const auto& [size, value] : sizes_)
    if (size == name) {
      constant_ += sign * value;
      return true;
    }
  return false;
}

} // namespace npuforge::simulator
