#pragma once
// Random well-typed expressions, as text.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

/// What the expressions name: two of each type.
inline const std::vector<Symbol>& random_symbols() {
  static const std::vector<Symbol> symbols = [] {
    std::vector<Symbol> all;
    for (Type type : kTypes)
      for (const char* letter : {"_a", "_b"})
        all.push_back({std::string("x") + name(type) + letter, type});
    return all;
  }();
  return symbols;
}

/// Tables and a function for the expressions to use.
inline Scope random_scope() {
  Scope scope{random_symbols(), {}, {}, {}};
  scope.tables.push_back(std::make_shared<Table>(Table{"SMALL", Type::I8, {1, -2, 3, -128}, ""}));
  scope.tables.push_back(
      std::make_shared<Table>(Table{"REAL", Type::F32, {0x3f800000, 0x7f800001}, ""}));
  Function function;
  function.name = "twice";
  function.parameters = {{"x", Type::F32}, {"n", Type::I32}};
  function.result =
      type_check(parse_expression("select(n < 0, x, x * x + f32(n))"), function.parameters);
  scope.functions.push_back(std::make_shared<Function>(function));
  return scope;
}

class RandomExpression {
public:
  explicit RandomExpression(uint64_t seed) : random_(seed) {}

  Type any_type() { return kTypes[number(1, kTypes.size() - 1)]; }
  Type any_integer() { return kTypes[number(1, 6)]; }

  /// May use the other lanes of its row.
  std::string make_for_rows(Type type, int depth) {
    lanes_ = true;
    std::string text = make(type, depth);
    lanes_ = false;
    return text;
  }

  std::string make(Type type, int depth) {
    if (depth <= 0 || one_in(8))
      return leaf(type);
    if (type == Type::Bool)
      return make_bool(depth - 1);
    if (lanes_ && one_in(6))
      return type == Type::I32 && one_in(3)
                 ? "lane_index()"
                 : pick(std::vector<std::string>{"lane_sum", "lane_min", "lane_max"}) +
                       call({make(type, depth - 1)});
    switch (number(0, 6)) {
    case 0:
    case 1:
      return is_float(type) ? float_operation(type, depth) : integer_operation(type, depth);
    case 2:
      return one_in(2) ? "-(" + make(type, depth - 1) + ")" : absolute(type, depth);
    case 3:
      return pick(std::vector<std::string>{"min", "max"}) +
             call({make(type, depth - 1), make(type, depth - 1)});
    case 4:
      if (one_in(2))
        return "clamp" +
               call({make(type, depth - 1), make(type, depth - 1), make(type, depth - 1)});
      return "select" +
             call({make(Type::Bool, depth - 1), make(type, depth - 1), make(type, depth - 1)});
    case 5:
      return special(type, depth);
    default:
      return conversion(type, depth);
    }
  }

  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  /// A value of the type; ends of ranges, small numbers, and of floats NaNs, infinities and
  /// subnormal numbers are frequent.
  int64_t value(Type type) {
    if (type == Type::Bool)
      return number(0, 1);
    if (is_float(type))
      return float_bits(type);
    const int bits = bits_of(type);
    const int64_t high = static_cast<int64_t>(~uint64_t{0} >> (64 - bits + is_signed(type)));
    const int64_t low = is_signed(type) ? -high - 1 : 0;
    switch (number(0, 5)) {
    case 0:
      return low;
    case 1:
      return high;
    case 2:
      return number(std::max<int64_t>(low, -3), 3);
    default:
      return number(low, high) >> number(0, bits - 1);
    }
  }

private:
  int64_t float_bits(Type type) {
    const int bits = bits_of(type);
    const int stored = type == Type::F16 ? 10 : type == Type::BF16 ? 7 : 23;
    const int64_t top = (int64_t{1} << (bits - 1 - stored)) - 1; // the exponent of infinities
    const int64_t sign = number(0, 1) << (bits - 1);
    const int64_t fraction = number(0, (int64_t{1} << stored) - 1);
    switch (number(0, 7)) {
    case 0:
      return sign; // zero
    case 1:
      return sign | top << stored; // infinity
    case 2:
      return sign | top << stored | fraction; // mostly NaN, with any payload
    case 3:
      return sign | fraction; // subnormal
    case 4:
      return sign | ((top << stored) - number(1, 4)); // the largest
    default:
      return sign | number(top / 2 - 8, top / 2 + 8) << stored |
             (number(0, 1) ? fraction : fraction & 3);
    }
  }

  std::string integer_operation(Type type, int depth) {
    if (one_in(4))
      return pick(std::vector<std::string>{"sat_add", "sat_sub", "sat_mul"}) +
             call({make(type, depth - 1), make(type, depth - 1)});
    std::string op = pick(std::vector<std::string>{"+", "-", "*", ">>", "<<", "&", "|", "^"});
    return "(" + make(type, depth - 1) + ") " + op + " (" + make(type, depth - 1) + ")";
  }

  std::string float_operation(Type type, int depth) {
    if (one_in(3))
      return "fma" + call({make(type, depth - 1), make(type, depth - 1), make(type, depth - 1)});
    if (one_in(3))
      return pick(std::vector<std::string>{"floor", "ceil", "trunc", "round"}) +
             call({make(type, depth - 1)});
    std::string op = pick(std::vector<std::string>{"+", "-", "*"});
    return "(" + make(type, depth - 1) + ") " + op + " (" + make(type, depth - 1) + ")";
  }

  std::string absolute(Type type, int depth) {
    const bool is_unsigned = is_integer(type) && !is_signed(type);
    return is_unsigned ? leaf(type) : "abs" + call({make(type, depth - 1)});
  }

  std::string special(Type type, int depth) {
    if (type == Type::I32 || type == Type::I64)
      return "round_shift" + call({make(type, depth - 1), make(Type::I32, depth - 1)});
    if (type == Type::I8)
      return "SMALL[" + make(one_in(2) ? Type::I32 : Type::U32, depth - 1) + "]";
    if (type == Type::F32)
      return one_in(2) ? "REAL[" + make(Type::I32, depth - 1) + "]"
                       : "twice" + call({make(type, depth - 1), make(Type::I32, depth - 1)});
    return leaf(type);
  }

  std::string conversion(Type type, int depth) {
    const int bits = bits_of(type);
    if (is_integer(type) && type != Type::I64 && one_in(4))
      return std::string("sat_") + name(type) + call({make(any_integer(), depth - 1)});
    if (one_in(3) && bits == 32)
      return std::string("as_") + name(type) +
             call({make(pick(std::vector{Type::I32, Type::U32, Type::F32}), depth - 1)});
    if (one_in(3) && bits == 16)
      return std::string("as_") + name(type) +
             call({make(pick(std::vector{Type::I16, Type::F16, Type::BF16}), depth - 1)});
    const bool from_bool = is_integer(type) && one_in(5);
    return std::string(name(type)) + call({make(from_bool ? Type::Bool : any_type(), depth - 1)});
  }

  std::string leaf(Type type) {
    // Every leaf has its type, so that no literal must be typed by its place.
    if (is_integer(type) && one_in(3))
      return std::string(name(type)) + "(" + std::to_string(std::max(value(type), -INT64_MAX)) +
             ")";
    if (is_float(type) && one_in(4))
      return std::string(name(type)) + "(" +
             pick(std::vector<std::string>{"0.1", "-1.5", "-inf", "3", "0x1.8p-14", "6e4"}) + ")";
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
    return "(" + make(type, depth - 1) + ") " + op + " (" + make(type, depth - 1) + ")";
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
  bool lanes_ = false;
};

} // namespace npuforge::isa
