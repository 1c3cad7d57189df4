#pragma once
// Instruction words: field access, encoding, decoding.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// A word of up to 256 bits, bit 0 first.
struct Word {
  std::array<uint64_t, 4> bits{};
  uint64_t get(const Field& field) const;
  void set(const Field& field, uint64_t value); ///< value must fit
  bool operator==(const Word&) const = default;
};

/// An instruction with the raw contents of its operands' fields.
struct OperandBits {
  int64_t value = 0; ///< one-field kinds: register/lane/generator number, immediate, target;
                     ///< value/stream: the offset
  int base = 0;      ///< value, stream: scalar register
  int generator = 0; ///< stream
  bool operator==(const OperandBits&) const = default;
};

struct Decoded {
  const Instruction* instruction = nullptr;
  uint32_t wait = 0, post = 0;       ///< unit masks
  std::vector<OperandBits> operands; ///< parallel to instruction->operands
};

/// Decodes; nullopt if the opcode is unknown, unused bits are set, or a mask, register, generator,
/// level or lane is out of range.
std::optional<Decoded> decode(const Spec& spec, const Word& word);
/// Encodes. Throws std::out_of_range naming the operand whose value does not fit.
Word encode(const Spec& spec, const Decoded& decoded);

/// Little-endian bytes of the spec's word size.
void store_word(const Spec& spec, const Word& word, std::span<std::byte> bytes);
Word load_word(const Spec& spec, std::span<const std::byte> bytes);

/// Values that OperandBits::value may have: what the operand's immediate or offset field can hold,
/// or the numbers of the registers, generators, levels or lane registers that there are. [first,
/// second].
std::pair<int64_t, int64_t> value_range(const Spec& spec, const Instruction& instruction,
                                        const Operand& operand);

} // namespace npuforge::isa
