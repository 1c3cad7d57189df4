// The assembly template of an instruction: literal text with {operand} in it.
#include <algorithm>

#include <fmt/format.h>

#include "readers.h"

namespace npuforge::isa {
namespace {

class SyntaxCheck {
public:
  SyntaxCheck(const Node& node, InstructionReading& reading)
      : node_(node), text_(node.text), reading_(reading),
        seen_(reading.instruction.operands.size()) {}

  void run() {
    std::size_t after_last = std::string::npos;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '}')
        return fail(i, "'}' without '{'");
      if (text_[i] != '{')
        continue;
      std::size_t end = text_.find_first_of("{}", i + 1);
      if (end == std::string::npos || text_[end] == '{')
        return fail(i, "'{' without '}'");
      if (i == after_last)
        fail(i, "two operands need some text between them");
      use(i, text_.substr(i + 1, end - i - 1));
      i = end;
      after_last = end + 1;
    }
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (!seen_[i])
        fail(0,
             fmt::format("the syntax misses operand '{}'", reading_.instruction.operands[i].name));
  }

private:
  void use(std::size_t position, const std::string& name) {
    int index = reading_.instruction.index_of(name);
    if (index < 0)
      return fail(position, fmt::format("the syntax names '{}', which is no operand", name));
    if (seen_[index])
      fail(position, fmt::format("the syntax has operand '{}' twice", name));
    seen_[index] = true;
  }
  void fail(std::size_t position, std::string message) {
    reading_.all.problems.add_inside(node_, position, std::move(message));
  }

  const Node& node_;
  const std::string& text_;
  InstructionReading& reading_;
  std::vector<bool> seen_;
};

} // namespace

void read_syntax(const Node* node, InstructionReading& reading) {
  if (!node) {
    if (!reading.instruction.operands.empty())
      reading.all.problems.add(
          reading.node, fmt::format("{} has operands, so it needs a 'syntax'", reading.what));
    return;
  }
  if (!node->is_scalar()) {
    reading.all.problems.add(*node, fmt::format("'syntax' of {} must be a text", reading.what));
    return;
  }
  reading.instruction.syntax = node->text;
  SyntaxCheck(*node, reading).run();
}

} // namespace npuforge::isa
