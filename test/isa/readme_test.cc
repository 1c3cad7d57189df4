// The examples of isa/README.md: what it says of the language is what the language does.
#include <bit>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/spec.h"

namespace npuforge::isa {
namespace {

struct Block {
  std::string language;
  int line;
  std::vector<std::string> lines;
};

std::vector<Block> blocks_of(const std::string& file) {
  std::ifstream stream(file);
  std::vector<Block> blocks;
  bool open = false;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.starts_with("```")) {
      open = !open;
      if (open)
        blocks.push_back({line.substr(3), number, {}});
    } else if (open) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// A block of lines `name: type = value`, `expression => value : type` and `expression => error:
/// part of the message`. In a row of several lanes a name has several values and so has a result:
/// `a: i32 = 1, 2, 3`. Tables and functions are those of the blocks of YAML above it.
class Examples {
public:
  explicit Examples(Scope scope) : scope_(std::move(scope)) {}
  int checked = 0;

  void run(const std::string& line) {
    const std::size_t arrow = line.find("=>");
    if (trimmed(line).empty())
      return;
    if (arrow == std::string::npos)
      return define(line);
    const std::string expression = trimmed(line.substr(0, arrow));
    const std::string expected = trimmed(line.substr(arrow + 2));
    ++checked;
    if (expected.starts_with("error: "))
      expect_refused(expression, expected.substr(7));
    else
      EXPECT_EQ(results(expression), expected) << expression;
  }

private:
  static int64_t literal(const std::string& text, Type type) {
    return type_check(parse_expression(text), std::vector<Symbol>{}, type)->literal;
  }

  void define(const std::string& line) {
    const std::size_t colon = line.find(':'), equals = line.find('=');
    ASSERT_NE(equals, std::string::npos) << line;
    const Type type = find_type(trimmed(line.substr(colon + 1, equals - colon - 1))).value();
    const std::string name = trimmed(line.substr(0, colon));
    scope_.symbols.push_back({name, type});
    std::istringstream values(line.substr(equals + 1));
    for (std::string value; std::getline(values, value, ',');)
      values_[name].push_back(literal(trimmed(value), type));
    lanes_ = static_cast<int>(values_[name].size());
  }

  std::string results(const std::string& text) {
    const ExprPtr expr = type_check(parse_expression(text), scope_);
    std::string out;
    for (int lane = 0; lane < lanes_; ++lane) {
      const int64_t value = evaluate(
          *expr,
          [&](std::string_view name, int l) {
            const std::vector<int64_t>& all = values_.at(std::string(name));
            return all[all.size() == 1 ? 0 : l];
          },
          lane, lanes_);
      out += (lane ? ", " : "") + shown(expr->type, value);
    }
    return fmt::format("{} : {}", out, name(expr->type));
  }

  static std::string shown(Type type, int64_t value) {
    if (!is_float(type))
      return std::to_string(value);
    // As an f32, which has all values of the smaller types.
    std::vector<Symbol> symbols{{"x", type}};
    const ExprPtr wide = type_check(parse_expression("f32(x)"), symbols);
    const auto bits =
        static_cast<uint32_t>(evaluate(*wide, [&](std::string_view) { return value; }));
    return fmt::format("{}", std::bit_cast<float>(bits));
  }

  void expect_refused(const std::string& expression, const std::string& message) {
    try {
      type_check(parse_expression(expression), scope_);
      ADD_FAILURE() << expression << " is taken";
    } catch (const ExprError& error) {
      EXPECT_NE(error.message.find(message), std::string::npos)
          << expression << ": " << error.message;
    }
  }

  Scope scope_;
  std::map<std::string, std::vector<int64_t>> values_;
  int lanes_ = 1;
};

TEST(Readme, ItsExamplesAreTrue) {
  Scope scope;
  int specs = 0, checked = 0;
  for (const Block& block : blocks_of(NPUFORGE_SOURCE_DIR "/isa/README.md")) {
    SCOPED_TRACE(fmt::format("isa/README.md:{}", block.line));
    if (block.language == "yaml") {
      std::string text = "base: small.yaml\n";
      for (const std::string& line : block.lines)
        text += line + "\n";
      try {
        const Spec spec = parse_spec(text, NPUFORGE_SOURCE_DIR "/test/isa/readme.yaml");
        scope.tables.insert(scope.tables.end(), spec.tables.begin(), spec.tables.end());
        scope.functions.insert(scope.functions.end(), spec.functions.begin(), spec.functions.end());
        ++specs;
      } catch (const SpecError& error) {
        ADD_FAILURE() << error.what();
      }
    } else if (block.language == "expr") {
      Examples examples(scope);
      try {
        for (const std::string& line : block.lines)
          examples.run(line);
      } catch (const ExprError& error) {
        ADD_FAILURE() << error.message;
      }
      checked += examples.checked;
    }
  }
  EXPECT_GT(specs, 4);
  EXPECT_GT(checked, 50);
}

} // namespace
} // namespace npuforge::isa
