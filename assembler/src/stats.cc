#include "npuforge/assembler/stats.h"

#include <algorithm>
#include <optional>
#include <set>

namespace npuforge::assembler {
namespace {

/// A part of an operand and the values seen.
struct Seen {
  PartUse use;
  std::set<int64_t> values;
};

int bits_needed(int64_t first, int64_t last, bool sign) {
  int bits = sign ? 1 : 0;
  // A negative number needs the bits of its complement.
  for (uint64_t rest = static_cast<uint64_t>(std::max(last, first < 0 ? ~first : first)); rest;
       rest >>= 1)
    ++bits;
  return bits;
}

class Counter {
public:
  explicit Counter(const isa::Spec& spec) : spec_(spec) {
    for (const isa::Instruction& instruction : spec.instructions) {
      use_.instructions.push_back({&instruction, 0, 0, 0, {}});
      std::vector<Seen>& parts = seen_.emplace_back();
      for (const isa::Operand& operand : instruction.operands)
        add_parts(instruction, operand, parts);
    }
    for (const isa::Format& format : spec.formats)
      use_.formats.push_back({&format, 0, {}});
    set_.resize(spec.formats.size());
  }

  void count(const isa::Word& word) {
    ++use_.words;
    const std::optional<isa::Decoded> decoded = isa::decode(spec_, word);
    if (!decoded) {
      ++use_.illegal;
      return;
    }
    const auto index = static_cast<std::size_t>(decoded->instruction - spec_.instructions.data());
    InstructionUse& use = use_.instructions[index];
    ++use.count;
    use.waits += decoded->wait != 0;
    use.posts += decoded->post != 0;
    auto part = seen_[index].begin();
    for (std::size_t i = 0; i < decoded->operands.size(); ++i) {
      const isa::Operand& operand = decoded->instruction->operands[i];
      const isa::OperandBits& bits = decoded->operands[i];
      (part++)->values.insert(bits.value);
      if (operand.base >= 0)
        (part++)->values.insert(bits.base);
      if (operand.generator >= 0)
        (part++)->values.insert(bits.generator);
    }
    const auto format = static_cast<std::size_t>(decoded->instruction->format);
    ++use_.formats[format].count;
    for (std::size_t i = 0; i < word.bits.size(); ++i)
      set_[format].bits[i] |= word.bits[i];
  }

  ProgramUse take() {
    for (std::size_t i = 0; i < seen_.size(); ++i)
      for (Seen& seen : seen_[i])
        if (!seen.values.empty())
          use_.instructions[i].parts.push_back(finished(seen));
    for (std::size_t i = 0; i < use_.formats.size(); ++i)
      if (use_.formats[i].count > 0)
        use_.formats[i].never = never_set(*use_.formats[i].format, set_[i]);
    std::sort(use_.instructions.begin(), use_.instructions.end(),
              [](const InstructionUse& a, const InstructionUse& b) {
                return a.count != b.count ? a.count > b.count : a.instruction < b.instruction;
              });
    return std::move(use_);
  }

private:
  void add_parts(const isa::Instruction& instruction, const isa::Operand& operand,
                 std::vector<Seen>& parts) const {
    const isa::Format& format = spec_.formats[static_cast<std::size_t>(instruction.format)];
    auto add = [&](int index, int64_t lowest, int64_t highest) {
      if (index < 0)
        return;
      const isa::Field& field = format.fields[static_cast<std::size_t>(index)];
      parts.push_back({{field.name, field.high, field.low, 0, 0, lowest, highest, 0, 0}, {}});
    };
    const auto [lowest, highest] = value_range(spec_, instruction, operand);
    add(operand.offset >= 0 ? operand.offset : operand.field, lowest, highest);
    add(operand.base, 0, spec_.machine.sequencer.registers - 1);
    add(operand.generator, 0, spec_.machine.sequencer.generators - 1);
  }

  static PartUse finished(const Seen& seen) {
    PartUse use = seen.use;
    use.first = *seen.values.begin();
    use.last = *seen.values.rbegin();
    use.distinct = seen.values.size();
    use.bits_needed = bits_needed(use.first, use.last, use.lowest < 0);
    return use;
  }

  /// From the lowest bit on; a run ends where its field ends.
  static std::vector<isa::Field> never_set(const isa::Format& format, const isa::Word& set) {
    std::vector<isa::Field> runs;
    bool open = false;
    for (int bit = 0; bit < format.bits; ++bit) {
      const bool used = set.bits[static_cast<std::size_t>(bit / 64)] >> (bit % 64) & 1;
      const std::string name = field_at(format, bit);
      if (used || name == "opcode") // whose bits are the instructions' numbers
        open = false;
      else if (open && runs.back().name == name)
        runs.back().high = bit;
      else
        runs.push_back({name, bit, bit}), open = true;
    }
    return runs;
  }

  static std::string field_at(const isa::Format& format, int bit) {
    for (const isa::Field& field : format.fields)
      if (bit >= field.low && bit <= field.high)
        return field.name;
    return "";
  }

  const isa::Spec& spec_;
  ProgramUse use_;
  std::vector<std::vector<Seen>> seen_; ///< of each instruction of the spec
  std::vector<isa::Word> set_;          ///< of each format: bits that some word has set
};

} // namespace

ProgramUse use_of(const isa::Spec& spec, const Program& program) {
  Counter counter(spec);
  for (const isa::Word& word : program.text)
    counter.count(word);
  return counter.take();
}

} // namespace npuforge::assembler
