#include <bit>

#include <fmt/format.h>

#include "random_program.h"

namespace npuforge::random_programs {

void Coverage::add(const assembler::Program& program) {
  for (const isa::Word& word : program.text) {
    const auto decoded = isa::decode(spec_, word);
    if (!decoded)
      continue;
    Seen& seen = seen_[decoded->instruction];
    ++seen.times;
    seen.waits |= decoded->wait;
    seen.posts |= decoded->post;
    for (size_t i = 0; i < decoded->operands.size(); ++i) {
      OperandSeen& operand = seen.operands[static_cast<int>(i)];
      operand.low = std::min(operand.low, decoded->operands[i].value);
      operand.high = std::max(operand.high, decoded->operands[i].value);
      operand.bases |= uint64_t{1} << decoded->operands[i].base;
      operand.generators |= uint64_t{1} << decoded->operands[i].generator;
    }
  }
}

std::vector<std::string> Coverage::unused() const {
  std::vector<std::string> names;
  for (const isa::Instruction& instruction : spec_.instructions)
    if (!seen_.contains(&instruction))
      names.push_back(instruction.mnemonic);
  return names;
}

std::string Coverage::table() const {
  std::string text = fmt::format(
      "{:<12} {:>8} {:>5} {:>5}  operands: smallest..largest value, scalar registers, generators\n",
      "instruction", "times", "waits", "posts");
  for (const isa::Instruction& instruction : spec_.instructions) {
    const auto it = seen_.find(&instruction);
    if (it == seen_.end()) {
      text += fmt::format("{:<12} {:>8}\n", instruction.mnemonic, "never");
      continue;
    }
    const Seen& seen = it->second;
    text += fmt::format("{:<12} {:>8} {:>5} {:>5} ", instruction.mnemonic, seen.times,
                        std::popcount(seen.waits), std::popcount(seen.posts));
    for (const auto& [index, operand] : seen.operands) {
      const isa::Operand& declared = instruction.operands[index];
      text += fmt::format(" {}={}..{}", declared.name, operand.low, operand.high);
      if (declared.base >= 0)
        text += fmt::format("/r{}", std::popcount(operand.bases));
      if (declared.generator >= 0)
        text += fmt::format("/g{}", std::popcount(operand.generators));
    }
    text += '\n';
  }
  return text;
}

} // namespace npuforge::random_programs
