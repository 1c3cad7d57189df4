#pragma once
// The lines of an assembly text, with what .include and .rept make of them.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/assembler/text.h"

namespace npuforge::assembler {

struct SyntaxError;

/// One line as the assembler sees it. Lines that .rept repeats appear as often as that.
struct SourceLine {
  std::string_view text;
  const std::string* file; ///< its name in messages
  int number;              ///< in the file, from 1
  int order;               ///< among all lines
};

inline constexpr std::string_view kIncludeDirective = ".include";
inline constexpr std::string_view kRepeatDirective = ".rept";
inline constexpr std::string_view kEndRepeatDirective = ".endr";

/// Owns the texts of all files, so that lines may point into them.
class Lines {
public:
  /// Problems of .include and .rept go to `errors`; the text must live as long as the lines.
  Lines(std::string_view text, std::string file_name, ReadText read,
        std::vector<SyntaxError>& errors);
  const std::deque<SourceLine>& all() const { return lines_; }

private:
  class Expander;
  std::deque<std::string> texts_, names_;
  std::deque<SourceLine> lines_; // a deque: cursors keep pointers to lines
};

} // namespace npuforge::assembler
