#include "lines.h"

#include <fmt/format.h>

#include "npuforge/isa/file.h"

#include "cursor.h"
#include "expression.h"

namespace npuforge::assembler {

// Limits against texts that grow without end: files that include themselves, repeats of repeats.
constexpr int kDeepest = 16;
constexpr std::size_t kMostLines = 2'000'000;

class Lines::Expander {
public:
  Expander(Lines& lines, ReadText read, std::vector<SyntaxError>& errors)
      : lines_(lines), read_(std::move(read)), errors_(errors) {}

  void file(std::string_view text, std::string name) {
    lines_.names_.push_back(std::move(name));
    const std::string* file = &lines_.names_.back();
    std::vector<SourceLine> raw;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      raw.push_back({text.substr(0, end), file, static_cast<int>(raw.size()) + 1, 0});
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    block(raw, 0, raw.size());
  }

private:
  /// Lines [first, last) of a file.
  void block(const std::vector<SourceLine>& raw, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last && !full_; ++i) {
      Cursor cursor(raw[i]);
      cursor.skip_space();
      const Cursor at = cursor;
      const std::string_view word = cursor.peek() == '.' ? cursor.identifier() : "";
      if (word == kRepeatDirective) {
        i = repeat(raw, i, last, cursor);
      } else if (word == kIncludeDirective) {
        attempt([&] { include(cursor, at); });
      } else if (word == kEndRepeatDirective) {
        attempt([&] { at.fail(fmt::format("no {} is open here", kRepeatDirective)); });
      } else {
        add(raw[i], at);
      }
    }
  }

  void add(const SourceLine& line, const Cursor& at) {
    if (lines_.lines_.size() >= kMostLines) {
      full_ = true;
      attempt([&] { at.fail(fmt::format("the text has more than {} lines", kMostLines)); });
      return;
    }
    lines_.lines_.push_back(line);
    lines_.lines_.back().order = static_cast<int>(lines_.lines_.size());
  }

  /// Returns the index of the line that ends the repeat.
  std::size_t repeat(const std::vector<SourceLine>& raw, std::size_t start, std::size_t last,
                     Cursor& cursor) {
    const std::size_t end = end_of_repeat(raw, start, last);
    attempt([&] {
      const int64_t count = repeat_count(cursor);
      if (end == last) {
        Cursor(raw[start])
            .fail(fmt::format("this {} has no {}", kRepeatDirective, kEndRepeatDirective));
      }
      nested(
          [&] {
            for (int64_t turn = 0; turn < count && !full_; ++turn) {
              block(raw, start + 1, end);
              if (++turns_ > kMostLines) {
                full_ = true;
                cursor.fail(fmt::format("more than {} repeats in all", kMostLines));
              }
            }
          },
          cursor);
    });
    return end;
  }

  static int64_t repeat_count(Cursor& cursor) {
    cursor.skip_space();
    const Cursor at = cursor;
    const auto no_symbols = [](const std::string& name,
                               const Cursor& place) -> std::optional<int64_t> {
      place.fail(fmt::format("'{}' is a symbol; the number of repeats is made of numbers", name));
    };
    const int64_t count = parse_expression(cursor, no_symbols).value_or(0);
    cursor.expect_end();
    if (count < 0 || count > static_cast<int64_t>(kMostLines)) {
      at.fail(fmt::format("{} repeats; there are 0 to {}", count, kMostLines));
    }
    return count;
  }

  static std::size_t end_of_repeat(const std::vector<SourceLine>& raw, std::size_t start,
                                   std::size_t last) {
    int depth = 0;
    for (std::size_t i = start; i < last; ++i) {
      Cursor cursor(raw[i]);
      cursor.skip_space();
      const std::string_view word = cursor.peek() == '.' ? cursor.identifier() : "";
      depth += word == kRepeatDirective;
      depth -= word == kEndRepeatDirective;
      if (depth == 0) {
        return i;
      }
    }
    return last;
  }

  void include(Cursor& cursor, const Cursor& at) {
    cursor.skip_space();
    const std::string name = cursor.quoted();
    cursor.expect_end();
    std::filesystem::path path(name);
    if (path.is_relative()) {
      path = std::filesystem::path(*at.line().file).parent_path() / path;
    }
    try {
      lines_.texts_.push_back(read_(path));
    } catch (const isa::FileError& error) {
      at.fail(error.what());
    }
    nested([&] { file(lines_.texts_.back(), path.string()); }, at);
  }

  template <typename Action>
  void nested(Action&& action, const Cursor& at) {
    if (depth_ == kDeepest) {
      at.fail(fmt::format("{} and {} are nested more than {} deep", kIncludeDirective,
                          kRepeatDirective, kDeepest));
    }
    ++depth_;
    action();
    --depth_;
  }

  template <typename Action>
  void attempt(Action&& action) {
    try {
      action();
    } catch (const SyntaxError& error) {
      SyntaxError kept = error;
      kept.line.order = static_cast<int>(lines_.lines_.size()); // where it would have stood
      errors_.push_back(kept);
    }
  }

  Lines& lines_;
  const ReadText read_;
  std::vector<SyntaxError>& errors_;
  int depth_ = 0;
  std::size_t turns_ = 0; ///< of all repeats
  bool full_ = false;
};

Lines::Lines(std::string_view text, std::string file_name, ReadText read,
             std::vector<SyntaxError>& errors) {
  Expander(*this, std::move(read), errors).file(text, std::move(file_name));
}

} // namespace npuforge::assembler
