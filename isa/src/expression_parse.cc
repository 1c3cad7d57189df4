// Expressions from text: a tokenizer and a precedence climber. Precedences are those of C and of
// SystemVerilog.
#include <cctype>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "npuforge/isa/expression.h"

#include "operators.h"

namespace npuforge::isa {
namespace {

constexpr int kMaxDepth =
    200; // nesting; keeps recursion (ours and that of all who walk the tree) bounded

class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  ExprPtr parse_all() {
    ExprPtr expr = parse_binary(0);
    skip_space();
    if (position_ < text_.size())
      fail(fmt::format("'{}' is not expected here", text_[position_]));
    return expr;
  }

private:
  ExprPtr parse_binary(int min_precedence) {
    DepthGuard guard(*this);
    ExprPtr left = parse_unary();
    while (const BinaryOperator* op = peek_operator()) {
      if (op->precedence < min_precedence)
        break;
      int column = static_cast<int>(position_);
      position_ += op->text.size();
      ExprPtr right = parse_binary(op->precedence + 1);
      left = make(ExprKind::Binary, op->text, column, {left, right});
    }
    return left;
  }

  ExprPtr parse_unary() {
    DepthGuard guard(*this);
    skip_space();
    int column = static_cast<int>(position_);
    if (!accept('-'))
      return parse_primary();
    ExprPtr arg = parse_unary();
    if (arg->kind == ExprKind::Literal && is_float(arg->type))
      return make_float(negated(arg->text), column);
    if (arg->kind == ExprKind::Literal) // -3 is a literal
      return make_literal(-arg->literal, column);
    return make(ExprKind::Unary, "-", column, {arg});
  }

  ExprPtr parse_primary() {
    skip_space();
    if (position_ >= text_.size())
      fail("the expression ends too early");
    char c = text_[position_];
    if (std::isdigit(static_cast<unsigned char>(c)))
      return parse_number();
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_')
      return parse_name_or_call();
    if (accept('(')) {
      ExprPtr inner = parse_binary(0);
      expect(')');
      return inner;
    }
    fail(fmt::format("'{}' is not expected here", c));
  }

  ExprPtr parse_number() {
    const std::size_t start = position_;
    const bool hex = text_.substr(position_).starts_with("0x");
    while (position_ < text_.size() && is_number_char(hex))
      ++position_;
    const std::string_view number = text_.substr(start, position_ - start);
    if (number.find_first_of(hex ? ".p" : ".e") == std::string_view::npos)
      return parse_integer(number, static_cast<int>(start));
    if (!is_float_literal(number, hex))
      fail_at(start, fmt::format("'{}' is not a number such as 1.5, 1e-3 or 0x1.8p-2", number));
    return make_float(std::string(number), static_cast<int>(start));
  }

  ExprPtr parse_integer(std::string_view digits, int column) {
    bool hex = digits.starts_with("0x");
    std::string_view body = hex ? digits.substr(2) : digits;
    int64_t value = 0;
    auto [end, error] =
        std::from_chars(body.data(), body.data() + body.size(), value, hex ? 16 : 10);
    if (error != std::errc() || end != body.data() + body.size())
      fail_at(column, fmt::format("'{}' is not a number of at most 63 bits", digits));
    return make_literal(value, column);
  }

  /// digits [. digits] [e [sign] digits]; in hexadecimal the exponent, of two, must be there.
  static bool is_float_literal(std::string_view number, bool hex) {
    std::size_t at = hex ? 2 : 0;
    auto digits = [&](bool hexadecimal) {
      std::size_t first = at;
      while (at < number.size() && (hexadecimal ? std::isxdigit(byte(number[at])) != 0
                                                : std::isdigit(byte(number[at])) != 0))
        ++at;
      return at > first;
    };
    auto accept_any = [&](std::string_view these) {
      bool found = at < number.size() && these.find(number[at]) != std::string_view::npos;
      at += found;
      return found;
    };
    if (!digits(hex) || (accept_any(".") && !digits(hex)))
      return false;
    if (!accept_any(hex ? "p" : "e"))
      return !hex && at == number.size();
    accept_any("+-");
    return digits(false) && at == number.size() && at < kMaxNumber;
  }

  ExprPtr parse_name_or_call() {
    std::size_t start = position_;
    while (position_ < text_.size() && is_name_char(text_[position_]))
      ++position_;
    std::string name(text_.substr(start, position_ - start));
    if (name.back() == '.' || name.find("..") != std::string::npos)
      fail_at(start, fmt::format("'{}' is not a name", name));
    if (name == "inf")
      return make_float(name, static_cast<int>(start));
    if (accept_after_space('['))
      return parse_index(name, static_cast<int>(start));
    if (!accept('('))
      return make(ExprKind::Name, name, static_cast<int>(start), {});
    std::vector<ExprPtr> args;
    if (!accept_after_space(')')) {
      do
        args.push_back(parse_binary(0));
      while (accept_after_space(','));
      expect(')');
    }
    return make(ExprKind::Call, name, static_cast<int>(start), std::move(args));
  }

  ExprPtr parse_index(const std::string& table, int column) {
    ExprPtr index = parse_binary(0);
    expect(']');
    return make(ExprKind::Index, table, column, {index});
  }

  // --- characters ---
  static constexpr std::size_t kMaxNumber = 100; // characters
  static unsigned char byte(char c) { return static_cast<unsigned char>(c); }
  /// A sign belongs to a number behind its exponent's letter.
  bool is_number_char(bool hex) const {
    const char c = text_[position_];
    const char before = position_ > 0 ? text_[position_ - 1] : ' ';
    return std::isalnum(byte(c)) || c == '.' || c == '_' ||
           ((c == '-' || c == '+') && before == (hex ? 'p' : 'e'));
  }
  static bool is_name_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
  }
  void skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])))
      ++position_;
  }
  bool accept(char c) {
    if (position_ >= text_.size() || text_[position_] != c)
      return false;
    ++position_;
    return true;
  }
  bool accept_after_space(char c) {
    skip_space();
    return accept(c);
  }
  void expect(char c) {
    if (!accept_after_space(c))
      fail(fmt::format("'{}' is missing here", c));
  }
  const BinaryOperator* peek_operator() {
    skip_space();
    return match_operator(text_.substr(position_));
  }
  [[noreturn]] void fail(std::string message) { fail_at(position_, std::move(message)); }
  [[noreturn]] static void fail_at(std::size_t position, std::string message) {
    throw ExprError{std::move(message), static_cast<int>(position)};
  }

  // --- nodes ---
  static ExprPtr make(ExprKind kind, std::string_view text, int column, std::vector<ExprPtr> args) {
    auto node = std::make_shared<Expr>();
    node->kind = kind;
    node->text = text;
    node->column = column;
    node->args = std::move(args);
    return node;
  }
  static ExprPtr make_literal(int64_t value, int column) {
    auto node = std::make_shared<Expr>();
    node->kind = ExprKind::Literal;
    node->text = std::to_string(value);
    node->literal = value;
    node->column = column;
    return node;
  }

  /// Its value is known when its type is.
  static ExprPtr make_float(const std::string& text, int column) {
    auto node = std::make_shared<Expr>();
    node->kind = ExprKind::Literal;
    node->text = text;
    node->type = Type::F32;
    node->column = column;
    return node;
  }
  static std::string negated(const std::string& text) {
    return text[0] == '-' ? text.substr(1) : "-" + text;
  }

  struct DepthGuard {
    explicit DepthGuard(Parser& parser) : parser(parser) {
      if (++parser.depth_ > kMaxDepth)
        parser.fail("the expression is nested too deeply");
    }
    ~DepthGuard() { --parser.depth_; }
    Parser& parser;
  };

  std::string_view text_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

} // namespace

ExprPtr parse_expression(std::string_view text) {
  constexpr std::size_t kMaxLength = 4096; // bounds the depth of left-leaning chains, too
  if (text.size() > kMaxLength)
    throw ExprError{fmt::format("the expression is longer than {} characters", kMaxLength), 0};
  return Parser(text).parse_all();
}

} // namespace npuforge::isa
