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
    std::size_t start = position_;
    while (position_ < text_.size() && std::isalnum(static_cast<unsigned char>(text_[position_])))
      ++position_;
    std::string_view digits = text_.substr(start, position_ - start);
    bool hex = digits.starts_with("0x");
    std::string_view body = hex ? digits.substr(2) : digits;
    int64_t value = 0;
    auto [end, error] =
        std::from_chars(body.data(), body.data() + body.size(), value, hex ? 16 : 10);
    if (error != std::errc() || end != body.data() + body.size())
      fail_at(start, fmt::format("'{}' is not a number of at most 63 bits", digits));
    return make_literal(value, static_cast<int>(start));
  }

  ExprPtr parse_name_or_call() {
    std::size_t start = position_;
    while (position_ < text_.size() && is_name_char(text_[position_]))
      ++position_;
    std::string name(text_.substr(start, position_ - start));
    if (name.back() == '.' || name.find("..") != std::string::npos)
      fail_at(start, fmt::format("'{}' is not a name", name));
    skip_space();
    if (!accept('('))
      return make(ExprKind::Name, name, static_cast<int>(start), {});
    std::vector<ExprPtr> args;
    do
      args.push_back(parse_binary(0));
    while (accept_after_space(','));
    expect(')');
    return make(ExprKind::Call, name, static_cast<int>(start), std::move(args));
  }

  // --- characters ---
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
