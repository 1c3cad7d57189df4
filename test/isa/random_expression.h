#pragma once
// Random well-typed expressions, as text.

#include <random>
#include <string>
#include <vector>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

/// What the expressions name: two of each type.
inline const std::vector<Symbol>& random_symbols() {
  static const std::vector<Symbol> symbols{{"byte_a", Type::I8},  {"byte_b", Type::I8},
                                           {"word_a", Type::I32}, {"word_b", Type::I32},
                                           {"wide_a", Type::I64}, {"wide_b", Type::I64}};
  return symbols;
}

class RandomExpression {
public:
  explicit RandomExpression(uint64_t seed) : random_(seed) {}

  Type any_type() { return pick(std::vector{Type::I8, Type::I32, Type::I64}); }

  std::string make(Type type, int depth) {
    if (depth == 0 || one_in(8))
      return leaf(type);
    if (type == Type::Bool)
      return make_bool(depth - 1);
    switch (number(0, type == Type::I8 ? 6 : 7)) {
    case 0:
    case 1:
    case 2: {
      std::string op = pick(std::vector<std::string>{"+", "-", "*", ">>", "<<", "&", "|", "^"});
      return "(" + make(type, depth - 1) + ") " + op + " (" + make(type, depth - 1) + ")";
    }
    case 3:
      return "-(" + make(type, depth - 1) + ")";
    case 4:
      return pick(std::vector<std::string>{"min", "max"}) +
             call({make(type, depth - 1), make(type, depth - 1)});
    case 5:
      if (one_in(2))
        return "clamp" +
               call({make(type, depth - 1), make(type, depth - 1), make(type, depth - 1)});
      return "select" +
             call({make(Type::Bool, depth - 1), make(type, depth - 1), make(type, depth - 1)});
    case 6:
      return std::string(name(type)) + "(" + make(one_in(5) ? Type::Bool : any_type(), depth - 1) +
             ")";
    default:
      return "round_shift" + call({make(type, depth - 1), make(Type::I32, depth - 1)});
    }
  }

  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  /// A value of the type; ends of ranges and small numbers are frequent.
  int64_t value(Type type) {
    int bits = type == Type::I8 ? 8 : type == Type::I32 ? 32 : 64;
    int64_t high = static_cast<int64_t>(~uint64_t{0} >> (65 - bits));
    int64_t low = -high - 1;
    switch (number(0, 5)) {
    case 0:
      return low;
    case 1:
      return high;
    case 2:
      return number(-3, 3);
    default:
      return number(low, high) >> number(0, bits - 1);
    }
  }

private:
  std::string leaf(Type type) {
    if (type == Type::Bool)
      return make_bool(0);
    // Every leaf has its type, so that no literal must be typed by its place.
    if (one_in(3))
      return std::string(name(type)) + "(" + std::to_string(std::max(value(type), -INT64_MAX)) +
             ")";
    std::vector<std::string> names;
    for (const Symbol& symbol : random_symbols())
      if (symbol.type == type)
        names.push_back(symbol.name);
    return pick(names);
  }

  std::string make_bool(int depth) {
    if (depth > 0 && one_in(4)) {
      std::string op = pick(std::vector<std::string>{"&", "|", "^", "==", "!="});
      return "(" + make(Type::Bool, depth - 1) + ") " + op + " (" + make(Type::Bool, depth - 1) +
             ")";
    }
    Type type = any_type();
    std::string op = pick(std::vector<std::string>{"<", "<=", ">", ">=", "==", "!="});
    int next = depth > 0 ? depth - 1 : 0;
    return "(" + make(type, next) + ") " + op + " (" + make(type, next) + ")";
  }

  static std::string call(const std::vector<std::string>& args) {
    std::string text;
    for (const std::string& arg : args)
      text += (text.empty() ? "(" : ", ") + arg;
    return text + ")";
  }

  bool one_in(int n) { return number(1, n) == 1; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[number(0, int64_t(from.size()) - 1)];
  }

  std::mt19937_64 random_;
};

} // namespace npuforge::isa
