#include "npuforge/isa/timing_expression.h"

#include <algorithm>
#include <stdexcept>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

namespace npuforge::isa {
namespace {

// For expressions that do not depend on them.
constexpr std::array<int64_t, kMaxStreams> kAnySteps{1, 1, 1, 1};

} // namespace

TimingExpression::TimingExpression(const ExprPtr& expr, const Machine& machine,
                                   const std::vector<std::string>& streams)
    : sizes_(timing_sizes(machine)) {
  for (const std::string& stream : streams)
    names_.push_back(stream + ".steps");
  if (std::optional<Affine> sum = fold(*expr))
    sum_ = *sum;
  else
    tree_ = expr;
}

int64_t TimingExpression::value(std::span<const int64_t> steps) const {
  if (tree_)
    return evaluate(*tree_, steps);
  int64_t sum = sum_.constant;
  for (size_t i = 0; i < steps.size(); ++i)
    sum += sum_.factors[i] * steps[i];
  return sum;
}

int64_t TimingExpression::evaluate(const Expr& expr, std::span<const int64_t> steps) const {
  return npuforge::isa::evaluate(expr, [&](std::string_view name) -> int64_t {
    for (size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name)
        return steps[i];
    for (const auto& [size, value] : sizes_)
      if (size == name)
        return value;
    throw std::logic_error("a timing expression names what it may not: " + std::string(name));
  });
}

bool TimingExpression::Affine::is_constant() const {
  return std::all_of(factors.begin(), factors.end(), [](int64_t f) { return f == 0; });
}

TimingExpression::Affine& TimingExpression::Affine::operator*=(int64_t by) {
  constant *= by;
  for (int64_t& factor : factors)
    factor *= by;
  return *this;
}

TimingExpression::Affine& TimingExpression::Affine::operator+=(const Affine& other) {
  constant += other.constant;
  for (size_t i = 0; i < factors.size(); ++i)
    factors[i] += other.factors[i];
  return *this;
}

std::optional<TimingExpression::Affine> TimingExpression::fold(const Expr& expr) const {
  if (expr.kind == ExprKind::Name)
    return name(expr.text);
  std::vector<Affine> args;
  for (const ExprPtr& arg : expr.args) {
    std::optional<Affine> sum = fold(*arg);
    if (!sum)
      return std::nullopt;
    args.push_back(*sum);
  }
  // A function of sizes alone is a number.
  if (std::all_of(args.begin(), args.end(), [](const Affine& a) { return a.is_constant(); }))
    return Affine{evaluate(expr, kAnySteps), {}};
  if (expr.kind != ExprKind::Binary)
    return std::nullopt;
  if (expr.text == "*" && (args[0].is_constant() || args[1].is_constant()))
    return args[0].is_constant() ? args[1] *= args[0].constant : args[0] *= args[1].constant;
  if (expr.text == "-")
    args[1] *= -1;
  else if (expr.text != "+")
    return std::nullopt;
  return args[0] += args[1];
}

std::optional<TimingExpression::Affine> TimingExpression::name(const std::string& name) const {
  Affine sum;
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) {
      sum.factors[i] = 1;
      return sum;
    }
  for (const auto& [size, value] : sizes_)
    if (size == name) {
      sum.constant = value;
      return sum;
    }
  return std::nullopt;
}

} // namespace npuforge::isa
