#include "cursor.h"

#include <fmt/format.h>

#include "names.h"

namespace npuforge::assembler {
namespace {

// The line up to its comment. Quotes protect comment characters; an unclosed quote is the parser's
// to report.
std::string_view without_comment(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ';' || c == '#' || line.substr(i, 2) == "//") {
      return line.substr(0, i);
    }
  }
  return line;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace

Cursor::Cursor(const SourceLine& line) : text_(without_comment(line.text)), line_(&line) {}

Cursor Cursor::whole(const SourceLine& line) {
  Cursor cursor(line);
  cursor.text_ = {};
  return cursor;
}

void Cursor::skip_space() {
  while (is_space(peek())) {
    ++position_;
  }
}

bool Cursor::at_end() {
  skip_space();
  return position_ >= text_.size();
}

bool Cursor::accept(std::string_view literal) {
  skip_space();
  if (!rest().starts_with(literal)) {
    return false;
  }
  position_ += literal.size();
  return true;
}

void Cursor::expect(std::string_view literal) {
  if (!accept(literal)) {
    fail(fmt::format("expected '{}', found {}", literal, found()));
  }
}

void Cursor::expect_end() {
  if (!at_end()) {
    fail(fmt::format("expected the end of the line, found {}", found()));
  }
}

std::string_view Cursor::identifier() {
  skip_space();
  if (!starts_identifier(peek())) {
    return {};
  }
  const std::size_t first = position_;
  while (continues_identifier(peek())) {
    ++position_;
  }
  return text_.substr(first, position_ - first);
}

char Cursor::character(char quote) {
  const char c = peek();
  if (position_ >= text_.size() || c == quote) {
    fail(fmt::format("expected a character before the closing {}", quote));
  }
  ++position_;
  if (c != '\\') {
    return c;
  }
  const char escape = peek();
  ++position_;
  switch (escape) {
  case 'n':
    return '\n';
  case 't':
    return '\t';
  case 'r':
    return '\r';
  case '0':
    return '\0';
  case '\\':
  case '"':
  case '\'':
    return escape;
  case 'x': {
    const int high = hex_digit(peek());
    const int low = hex_digit(peek_after(1));
    if (high >= 0 && low >= 0) {
      position_ += 2;
      return static_cast<char>(high * 16 + low);
    }
    break;
  }
  default:
    break;
  }
  position_ -= 2;
  fail("unknown escape; there are \\n \\t \\r \\0 \\\\ \\\" \\' and \\xHH");
}

std::string Cursor::quoted() {
  expect("\"");
  const int column = this->column() - 1;
  std::string text;
  while (peek() != '"') {
    if (position_ >= text_.size()) {
      throw SyntaxError{*line_, column, "the string has no closing \""};
    }
    text += character('"');
  }
  ++position_;
  return text;
}

std::string Cursor::name(std::string_view what) {
  skip_space();
  if (peek() == '"') {
    const Cursor start = *this;
    std::string text = quoted();
    if (text.empty()) {
      start.fail(fmt::format("{} is empty", what));
    }
    return text;
  }
  const std::string_view text = identifier();
  if (text.empty()) {
    fail(fmt::format("expected {}, found {}", what, found()));
  }
  return std::string(text);
}

std::string Cursor::found() const {
  Cursor copy = *this;
  if (copy.at_end()) {
    return "the end of the line";
  }
  const std::string_view word = copy.identifier();
  return fmt::format("'{}'", word.empty() ? copy.rest().substr(0, 1) : word);
}

void Cursor::fail(const std::string& message) const {
  Cursor copy = *this;
  copy.skip_space();
  throw SyntaxError{*line_, copy.column(), message};
}

} // namespace npuforge::assembler
