// The section `functions`.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "expression_rules.h"
#include "operators.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

const std::vector<std::string> kMathematical{"exp",     "exp2", "log",        "log2",    "tanh",
                                             "sigmoid", "erf",  "reciprocal", "rsqrt",   "sqrt",
                                             "sin",     "cos",  "atan",       "quotient"};

/// How many f32 a mathematical function takes.
size_t arity(const std::string& implements) {
  return implements == "quotient" ? 2 : 1;
}

class FunctionReader {
public:
  FunctionReader(const Node& key, const Node& node, Reading& reading)
      : node_(node), reading_(reading), what_(fmt::format("function '{}'", key.text)),
        section_(node, what_, reading.problems) {
    function_.name = key.text;
    function_.line = key.line;
  }

  /// Null if it is wrong, which has been reported.
  FunctionPtr read() {
    const std::size_t before = problems().count();
    const Node* arguments = section_.required("arguments");
    const Node* let = section_.optional("let");
    const Node* result = section_.required("result");
    if (const Node* prose = section_.optional("prose"))
      function_.prose = prose->text;
    if (arguments)
      read_arguments(*arguments);
    if (arguments && result && problems().count() == before)
      read_body(let, *result);
    read_approximation();
    return problems().count() == before ? std::make_shared<Function>(function_) : nullptr;
  }

private:
  Problems& problems() { return reading_.problems; }

  void read_arguments(const Node& node) {
    if (!node.is_map() || node.entries.empty())
      return problems().add(
          node, fmt::format("'arguments' of {} must be a map of names to types", what_));
    for (const auto& [key, value] : node.entries) {
      const std::optional<Type> type = find_type(value.text);
      if (!is_identifier(key.text))
        problems().add(key, fmt::format("'{}' is not a name of an argument: lower-case letters, "
                                        "digits and '_'",
                                        key.text));
      if (!value.is_scalar() || !type)
        problems().add(value,
                       fmt::format("'{}' is no type (there are {})", value.text, type_names()));
      else
        function_.parameters.push_back({key.text, *type});
    }
  }

  static std::string type_names() {
    std::vector<std::string> names;
    for (Type type : kTypes)
      names.emplace_back(name(type));
    return list(names);
  }

  void read_body(const Node* let, const Node& result) {
    Scope scope{function_.parameters, {}, reading_.spec.tables, reading_.spec.functions};
    if (let) {
      std::optional<std::vector<ExprPtr>> lets = read_lets(*let, what_, scope, problems());
      if (!lets)
        return;
      function_.lets = scope.lets = std::move(*lets);
    }
    function_.result = read_expression(result, fmt::format("'result' of {}", what_), scope,
                                       std::nullopt, problems());
    if (!function_.result)
      return;
    if (let)
      check_lets_used(*let, function_.lets, {function_.result}, problems());
    if (const Expr* lane = find_lane_operation(*function_.result))
      problems().add(result,
                     fmt::format("{} uses {}: a function works on one lane", what_, lane->text));
    check_size(result, what_, *function_.result, problems());
    const std::vector<Symbol> used = names_in(*function_.result);
    for (const Symbol& parameter : function_.parameters)
      if (std::none_of(used.begin(), used.end(),
                       [&](const Symbol& symbol) { return symbol.name == parameter.name; }))
        problems().add(
            *node_.find("arguments"),
            fmt::format("argument '{}' of {} is used by nothing", parameter.name, what_));
  }

  void read_approximation() {
    const Node* implements = section_.optional("implements");
    const Node* ulp = section_.optional("ulp");
    const Node* domain = section_.optional("domain");
    if (!implements && !ulp && !domain)
      return;
    if (!implements || !ulp || !domain)
      return problems().add(
          node_, fmt::format("{} needs 'implements', 'ulp' and 'domain' together", what_));
    Approximation approximation{implements->text, 0, 0, 0};
    if (std::find(kMathematical.begin(), kMathematical.end(), implements->text) ==
        kMathematical.end())
      problems().add(*implements, fmt::format("'implements' of {} is '{}'; there are {}", what_,
                                              implements->text, list(kMathematical)));
    approximation.ulp = number(*ulp, "'ulp'");
    if (approximation.ulp <= 0 || std::isinf(approximation.ulp))
      problems().add(*ulp, fmt::format("'ulp' of {} must be a positive number", what_));
    read_domain(*domain, approximation);
    const size_t wanted = arity(implements->text);
    const bool fits =
        function_.parameters.size() == wanted &&
        std::all_of(function_.parameters.begin(), function_.parameters.end(),
                    [](const Symbol& parameter) { return parameter.type == Type::F32; }) &&
        function_.result && function_.result->type == Type::F32;
    if (!fits && function_.result)
      problems().add(*implements,
                     fmt::format("{} must take {} f32 and give an f32 to have 'implements: {}'",
                                 what_, wanted == 1 ? "one" : "two", implements->text));
    if (wanted == 2 && (std::isfinite(approximation.low) || std::isfinite(approximation.high)))
      problems().add(*domain, fmt::format("'domain' of {} must be [-inf, inf]: both arguments may "
                                          "be any number",
                                          what_));
    function_.approximation = approximation;
  }

  void read_domain(const Node& node, Approximation& approximation) {
    if (node.kind != Node::Kind::Sequence || node.items.size() != 2)
      return problems().add(node,
                            fmt::format("'domain' of {} must be two numbers, [low, high]", what_));
    approximation.low = number(node.items[0], "'domain'");
    approximation.high = number(node.items[1], "'domain'");
    if (approximation.low >= approximation.high)
      problems().add(node, fmt::format("'domain' of {} has no numbers: the first must be less than "
                                       "the second",
                                       what_));
  }

  /// A literal; NaN if it is none, which has been reported.
  double number(const Node& node, const char* key) {
    const std::string what = fmt::format("{} of {}", key, what_);
    ExprPtr literal = read_expression(node, what, Scope{}, Type::F32, problems());
    if (literal && literal->kind == ExprKind::Literal)
      return std::stod(literal->text);
    if (literal)
      problems().add(node, fmt::format("{} must be a number", what));
    return NAN;
  }

  const Node& node_;
  Reading& reading_;
  std::string what_;
  Section section_;
  Function function_;
};

/// The functions in an order in which each stands behind those that it calls.
class Ordering {
public:
  Ordering(const Node& node, Problems& problems) : node_(node), problems_(problems) {}

  std::vector<const Node::Entry*> order() {
    for (const Node::Entry& entry : node_.entries)
      visit(entry);
    return std::move(ordered_);
  }

private:
  void visit(const Node::Entry& entry) {
    State& state = states_[&entry];
    if (state == State::Done)
      return;
    if (state == State::Open || path_.size() > 100)
      return report(entry, state == State::Open);
    state = State::Open;
    path_.push_back(entry.key.text);
    for (const std::string& name : mentioned(entry.value))
      for (const Node::Entry& other : node_.entries)
        if (other.key.text == name)
          visit(other);
    path_.pop_back();
    states_[&entry] = State::Done;
    ordered_.push_back(&entry);
  }

  void report(const Node::Entry& entry, bool recursive) {
    if (!recursive)
      return problems_.add(entry.key, "functions call each other more than 100 deep");
    std::string chain;
    for (auto at = std::find(path_.begin(), path_.end(), entry.key.text); at != path_.end(); ++at)
      chain += *at + " -> ";
    problems_.add(entry.key, fmt::format("function '{}' calls itself: {}{}", entry.key.text, chain,
                                         entry.key.text));
  }

  enum class State : uint8_t { New, Open, Done };
  const Node& node_;
  Problems& problems_;
  std::map<const Node::Entry*, State> states_;
  std::vector<std::string> path_;
  std::vector<const Node::Entry*> ordered_;
};

} // namespace

void check_size(const Node& where, const std::string& what, const Expr& expr, Problems& problems) {
  if (inlined_size(expr) >= kTooLarge)
    problems.add(where, fmt::format("{} has {} operations or more when all functions are put in "
                                    "place; that is too large",
                                    what, kTooLarge));
}

bool mentions_failed(const Node& node, const Reading& reading) {
  const std::set<std::string> names = mentioned(node);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return reading.failed.count(name) > 0; });
}

void read_functions(const Node& node, Reading& reading) {
  if (!node.is_map())
    return reading.problems.add(node, "'functions' must be a map of functions");
  for (const auto& [key, value] : node.entries) {
    if (!is_identifier(key.text) || find_builtin(key.text))
      reading.problems.add(key, fmt::format("'{}' is not a name of a function: lower-case letters, "
                                            "digits and '_', and not one of the language's own",
                                            key.text));
  }
  const std::size_t before = reading.problems.count();
  const std::vector<const Node::Entry*> ordered = Ordering(node, reading.problems).order();
  const bool recursive = reading.problems.count() != before;
  for (const Node::Entry* entry : ordered) {
    FunctionPtr function;
    if (!recursive && !mentions_failed(entry->value, reading))
      function = FunctionReader(entry->key, entry->value, reading).read();
    if (function)
      reading.spec.functions.push_back(std::move(function));
    else
      reading.failed.insert(entry->key.text);
  }
}

} // namespace npuforge::isa
