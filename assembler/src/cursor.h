#pragma once
// A place in one line of assembly text, and the smallest pieces that can be read there.

#include <cstddef>
#include <string>
#include <string_view>

#include "lines.h"

namespace npuforge::assembler {

/// A problem at one place of the text; the column is 1-based.
struct SyntaxError {
  SourceLine line;
  int column;
  std::string message;
};

/// A position in a line. Copies are cheap: a copy kept for later is "the expression that stands
/// there".
class Cursor {
public:
  /// At the start of a line, which must outlive the cursor; its comment is left out.
  explicit Cursor(const SourceLine& line);
  /// For messages about a line as a whole.
  static Cursor whole(const SourceLine& line);

  const SourceLine& line() const { return *line_; }
  int column() const { return static_cast<int>(position_) + 1; }
  /// The first character not yet read, spaces included; 0 at the end of the line.
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  char peek_after(std::size_t count) const {
    return position_ + count < text_.size() ? text_[position_ + count] : '\0';
  }
  std::string_view rest() const { return text_.substr(position_); }
  void advance(std::size_t count) { position_ += count; }

  void skip_space();
  /// Nothing but spaces is left.
  bool at_end();
  /// Skips spaces, then takes `literal` if it stands there.
  bool accept(std::string_view literal);
  /// Like accept; throws SyntaxError if it does not stand there.
  void expect(std::string_view literal);
  /// Throws SyntaxError unless at_end().
  void expect_end();
  /// Takes a plain name; empty (and nothing taken) if none stands there.
  std::string_view identifier();
  /// Takes a string in double quotes with its escapes resolved. Throws SyntaxError.
  std::string quoted();
  /// Takes a character and its escape, up to `quote`: what a string or a character literal is made
  /// of.
  char character(char quote);
  /// Takes a name, plain or quoted. Throws SyntaxError saying that `what` is missing.
  std::string name(std::string_view what);
  /// What stands here, for a message: "'xyz'" or "the end of the line".
  std::string found() const;

  [[noreturn]] void fail(const std::string& message) const;

private:
  std::string_view text_;
  std::size_t position_ = 0;
  const SourceLine* line_;
};

} // namespace npuforge::assembler
