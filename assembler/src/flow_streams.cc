// What an instruction touches, as far as registers and generators are known.
#include <span>

#include <fmt/format.h>

#include "flow_scalar.h"

namespace npuforge::assembler {

void ScalarText::touch(uint32_t pc, const Scalars& scalars, Touched& touched) const {
  touched.known = true;
  touched.wrong.clear();
  touched.count = 0;
  touched.timing = {};
  if (action(pc) == isa::Action::LoadScalar || action(pc) == isa::Action::StoreScalar)
    return touch_word(pc, scalars, touched);
  const Compiled& made = compiled(pc);
  if (!made.streams.empty())
    touch_streams(pc, scalars, touched);
  if (!touched.known || !touched.wrong.empty() || !made.latency)
    return;
  std::array<int64_t, isa::kMaxStreams> steps{};
  const auto count = static_cast<std::size_t>(touched.count);
  for (std::size_t s = 0; s < count; ++s)
    steps[s] = touched.streams[s].steps;
  const std::span<const int64_t> rows(steps.data(), count);
  touched.timing = {made.occupancy->value(rows), made.latency->value(rows), made.pace};
}

void ScalarText::touch_streams(uint32_t pc, const Scalars& scalars, Touched& touched) const {
  const isa::Instruction& instruction = *words_[pc].instruction;
  const Compiled& made = compiled(pc);
  std::array<int32_t, kMostOperands> values{};
  touched.known =
      made.streams.size() <= isa::kMaxStreams && instruction.operands.size() <= kMostOperands;
  for (std::size_t o = 0; touched.known && o < instruction.operands.size(); ++o) {
    const auto value = operand(pc, static_cast<int>(o), scalars);
    const bool counts = static_cast<int>(o) == made.bytes || static_cast<int>(o) == made.levels;
    touched.known = value || !counts;
    values[o] = value.value_or(0);
  }
  if (!touched.known)
    return;
  std::array<const isa::StreamPlan*, isa::kMaxStreams> known{};
  for (const isa::StreamPlan& plan : made.streams)
    if (place(pc, plan, scalars, touched.streams[static_cast<std::size_t>(touched.count)]))
      known[static_cast<std::size_t>(touched.count++)] = &plan;
  touched.known = touched.count == std::ssize(made.streams);
  auto resolve = [&](std::span<const isa::StreamPlan> plans, std::size_t first) {
    if (touched.wrong.empty())
      touched.wrong = isa::resolve_streams(spec_.machine, instruction, plans, values,
                                           std::span(touched.streams).subspan(first, plans.size()));
  };
  if (touched.known)
    return resolve(made.streams, 0);
  for (std::size_t s = 0; known[s] != nullptr; ++s) // each by itself
    resolve({known[s], 1}, s);
}

/// A stream's base and generator. Are they known?
bool ScalarText::place(uint32_t pc, const isa::StreamPlan& plan, const Scalars& scalars,
                       isa::Stream& stream) const {
  const isa::OperandBits& bits = words_[pc].operands[static_cast<std::size_t>(plan.operand)];
  const auto base = bits.base == 0 ? 0 : scalars.registers[static_cast<std::size_t>(bits.base)];
  const Scalars::Generator& generator =
      scalars.generators[static_cast<std::size_t>(bits.generator)];
  for (std::size_t l = 0; l < generator.size(); ++l) {
    if (!generator[l])
      return false;
    stream.generator[l] = *generator[l];
  }
  stream.base = static_cast<uint32_t>(bits.value) + static_cast<uint32_t>(base.value_or(0));
  return base.has_value();
}

/// The sequencer's own access.
void ScalarText::touch_word(uint32_t pc, const Scalars& scalars, Touched& touched) const {
  const auto address = operand(pc, compiled(pc).address, scalars);
  touched.known = address.has_value();
  if (!touched.known)
    return;
  const auto at = static_cast<uint32_t>(*address);
  if (at % 4 != 0)
    touched.wrong = fmt::format("address {} is no multiple of 4", at);
  else if (at >= spec_.machine.scratchpad.bytes)
    touched.wrong = fmt::format("address {} lies outside the scratchpad of {} bytes", at,
                                spec_.machine.scratchpad.bytes);
  isa::Stream& word = touched.streams[0] = isa::Stream{};
  word.access = action(pc) == isa::Action::LoadScalar ? isa::Access::Read : isa::Access::Write;
  word.unit = 4;
  word.first = at;
  word.last = word.first + 3;
  touched.count = 1;
}

} // namespace npuforge::assembler
