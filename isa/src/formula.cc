#include "formula.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {
namespace {

using Real = long double;

struct RealFunction {
  std::string_view name;
  Real (*value)(Real);
};
constexpr RealFunction kFunctions[] = {
    {"exp", [](Real x) { return std::exp(x); }},   {"exp2", [](Real x) { return std::exp2(x); }},
    {"log", [](Real x) { return std::log(x); }},   {"log2", [](Real x) { return std::log2(x); }},
    {"sqrt", [](Real x) { return std::sqrt(x); }}, {"sin", [](Real x) { return std::sin(x); }},
    {"cos", [](Real x) { return std::cos(x); }},   {"tanh", [](Real x) { return std::tanh(x); }},
    {"erf", [](Real x) { return std::erf(x); }},
};

constexpr int kMaxDepth = 100;

/// Parses and computes at once: a table has few elements.
class Formula {
public:
  Formula(std::string_view text, Real i) : text_(text), i_(i) {}

  Real value() {
    Real result = sum();
    if (skip_space() < text_.size())
      fail(position_, fmt::format("'{}' is not expected here", text_[position_]));
    return result;
  }

private:
  Real sum() {
    if (++depth_ > kMaxDepth)
      fail(position_, "the formula is nested too deeply");
    Real left = product();
    for (;;) {
      if (accept('+'))
        left += product();
      else if (accept('-'))
        left -= product();
      else
        break;
    }
    --depth_;
    return left;
  }

  Real product() {
    Real left = factor();
    for (;;) {
      if (accept('*'))
        left *= factor();
      else if (accept('/'))
        left /= factor();
      else
        return left;
    }
  }

  Real factor() {
    bool negative = false;
    while (accept('-'))
      negative = !negative;
    const Real value = primary();
    return negative ? -value : value;
  }

  Real primary() {
    const std::size_t start = skip_space();
    if (accept('(')) {
      const Real inner = sum();
      expect(')');
      return inner;
    }
    if (start < text_.size() && std::isdigit(static_cast<unsigned char>(text_[start])))
      return number(start);
    const std::string_view word = take_word();
    if (word == "i")
      return i_;
    if (word == "pi")
      return std::numbers::pi_v<Real>;
    if (word.empty())
      fail(start, start < text_.size() ? fmt::format("'{}' is not expected here", text_[start])
                                       : "the formula ends too early");
    return call(word, start);
  }

  Real number(std::size_t start) {
    while (position_ < text_.size() && is_number_char())
      ++position_;
    const std::string digits(text_.substr(start, position_ - start));
    char* end = nullptr;
    const Real value = std::strtold(digits.c_str(), &end);
    if (*end || !std::isfinite(value))
      fail(start, fmt::format("'{}' is not a number", digits));
    return value;
  }

  Real call(std::string_view word, std::size_t start) {
    if (word == "pow") {
      expect('(');
      const Real base = sum();
      expect(',');
      const Real exponent = sum();
      expect(')');
      return std::pow(base, exponent);
    }
    for (const RealFunction& function : kFunctions) {
      if (function.name != word)
        continue;
      expect('(');
      const Real argument = sum();
      expect(')');
      return function.value(argument);
    }
    fail(start, fmt::format("unknown name '{}' (a formula has i, pi, exp, exp2, log, log2, sqrt, "
                            "sin, cos, tanh, erf, pow)",
                            word));
  }

  std::string_view take_word() {
    const std::size_t start = position_;
    while (position_ < text_.size() && std::isalnum(static_cast<unsigned char>(text_[position_])))
      ++position_;
    return text_.substr(start, position_ - start);
  }
  bool is_number_char() const {
    const char c = text_[position_], before = position_ > 0 ? text_[position_ - 1] : ' ';
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           ((c == '-' || c == '+') && (before == 'e' || before == 'p'));
  }
  std::size_t skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])))
      ++position_;
    return position_;
  }
  bool accept(char c) {
    if (skip_space() >= text_.size() || text_[position_] != c)
      return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(position_, fmt::format("'{}' is missing here", c));
  }
  [[noreturn]] static void fail(std::size_t position, std::string message) {
    throw ExprError{std::move(message), static_cast<int>(position)};
  }

  std::string_view text_;
  Real i_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

} // namespace

long double evaluate_formula(std::string_view text, long double i) {
  return Formula(text, i).value();
}

} // namespace npuforge::isa
