#include "expression.h"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "names.h"

namespace npuforge::assembler {
namespace {

using Value = std::optional<int64_t>;

// Deep nesting is nobody's program; the limit keeps the parser's stack small. It counts expressions
// inside one another too, as a constant's inside that of the constant that uses it.
constexpr int kDeepest = 1000;
thread_local int depth = 0;

struct Nested {
  explicit Nested(const Cursor& at) {
    if (depth >= kDeepest) {
      at.fail("the expression is nested too deeply");
    }
    ++depth;
  }
  ~Nested() { --depth; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;
};

// Binary operators, from the loosest.
const std::array<std::array<std::string_view, 2>, 5> kOperators = {
    {{"|", ""}, {"&", ""}, {"<<", ">>"}, {"+", "-"}, {"*", "/"}}};

class Parser {
public:
  Parser(Cursor& cursor, const Lookup& lookup) : cursor_(cursor), lookup_(lookup) {}

  Value binary(std::size_t level) {
    if (level == kOperators.size()) {
      return unary();
    }
    Value left = binary(level + 1);
    for (;;) {
      cursor_.skip_space();
      const Cursor at = cursor_;
      std::string_view taken;
      for (const std::string_view op : kOperators[level]) {
        if (!op.empty() && cursor_.accept(op)) {
          taken = op;
          break;
        }
      }
      if (taken.empty()) {
        return left;
      }
      const Value right = binary(level + 1);
      left = left && right ? Value(apply(taken, *left, *right, at)) : std::nullopt;
    }
  }

private:
  static int64_t apply(std::string_view op, int64_t a, int64_t b, const Cursor& at) {
    int64_t result = 0;
    bool overflow = false;
    switch (op[0]) {
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '+':
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case '-':
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case '*':
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case '/':
      if (b == 0) {
        at.fail("division by zero");
      }
      overflow = a == std::numeric_limits<int64_t>::min() && b == -1;
      result = overflow ? 0 : a / b;
      break;
    default:
      return shift(op, a, b, at);
    }
    if (overflow) {
      at.fail(fmt::format("the result of '{}' does not fit into 64 bits", op));
    }
    return result;
  }

  static int64_t shift(std::string_view op, int64_t a, int64_t b, const Cursor& at) {
    if (b < 0 || b > 63) {
      at.fail(fmt::format("shift by {}; it is 0 to 63", b));
    }
    return op == ">>" ? a >> b : static_cast<int64_t>(static_cast<uint64_t>(a) << b);
  }

  Value unary() {
    const Nested nested(cursor_);
    Value value;
    cursor_.skip_space();
    const Cursor at = cursor_;
    if (cursor_.accept("-")) {
      value = unary();
      value = value ? Value(apply("-", 0, *value, at)) : value;
    } else if (cursor_.accept("+")) {
      value = unary();
    } else if (cursor_.accept("~")) {
      value = unary();
      value = value ? Value(~*value) : value;
    } else {
      value = primary();
    }
    return value;
  }

  Value primary() {
    const char c = cursor_.peek();
    if (c >= '0' && c <= '9') {
      return number();
    }
    if (cursor_.accept("(")) {
      const Value value = binary(0);
      cursor_.expect(")");
      return value;
    }
    if (cursor_.accept("'")) {
      const char character = cursor_.character('\'');
      cursor_.expect("'");
      return static_cast<unsigned char>(character);
    }
    if (at_register(cursor_)) {
      cursor_.fail("a register cannot stand inside an expression; it comes first, as in r5+4");
    }
    const Cursor at = cursor_;
    const std::string name = cursor_.name("a number or a symbol");
    return lookup_(name, at);
  }

  int64_t number() {
    const Cursor at = cursor_;
    const char kind = static_cast<char>(cursor_.peek_after(1) | 0x20);
    const int radix = cursor_.peek() != '0' ? 10 : kind == 'x' ? 16 : kind == 'b' ? 2 : 10;
    cursor_.advance(radix == 10 ? 0 : 2);
    int64_t value = 0;
    int digits = 0;
    for (;; cursor_.advance(1), ++digits) {
      const char c = cursor_.peek();
      const int digit = c >= '0' && c <= '9'                     ? c - '0'
                        : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (c | 0x20) - 'a' + 10
                                                                 : 99;
      if (digit == 99) {
        break;
      }
      if (digit >= radix) {
        at.fail(fmt::format("'{}' is no digit of a number to base {}", c, radix));
      }
      if (__builtin_mul_overflow(value, int64_t{radix}, &value) ||
          __builtin_add_overflow(value, int64_t{digit}, &value)) {
        at.fail("the number does not fit into 64 bits");
      }
    }
    if (digits == 0) {
      at.fail("the number has no digits");
    }
    return value;
  }

  Cursor& cursor_;
  const Lookup& lookup_;
};

} // namespace

std::optional<int64_t> parse_expression(Cursor& cursor, const Lookup& lookup) {
  return Parser(cursor, lookup).binary(0);
}

bool at_register(Cursor cursor) {
  const std::string_view name = cursor.identifier();
  return numbered(name.substr(0, name.find('.')), 'r').has_value();
}

} // namespace npuforge::assembler
