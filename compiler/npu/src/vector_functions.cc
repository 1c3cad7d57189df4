#include "vector_functions.h"

#include "npuforge/compiler/match/cover.h"
#include "npuforge/compiler/match/roles.h"

namespace npuforge::npu {

using isa::Access;
using isa::Action;
using isa::OperandKind;
using isa::Space;
using isa::Type;

namespace {

constexpr int64_t kNominalRows = 64; ///< instructions are compared by their cycles for so many

/// Rows that a function reads.
struct Source {
  std::string name;
  Space space;
  Type type;
  bool windowed = false; ///< rows outside its window have the value of the role "fill"
};

isa::Operand operand(const std::string& name, OperandKind kind) {
  isa::Operand made{};
  made.name = name;
  made.kind = kind;
  made.type = Type::I32;
  return made;
}

isa::Operand stream(const std::string& name, Access access, Space space, Type type) {
  isa::Operand made = operand(name, OperandKind::Stream);
  made.access = access;
  made.type = type;
  made.space = space;
  return made;
}

/// A function whose results are i8 rows of the scratchpad; `lanes` are the names of its lane
/// registers of i32. A map has a result alone.
VectorFunction function(const std::string& name, const std::vector<Source>& sources,
                        const std::vector<std::string>& lanes, std::string_view init,
                        std::string_view step, std::string_view result) {
  VectorFunction made{name, {}, {}};
  isa::Instruction& meaning = made.meaning;
  meaning.mnemonic = name;
  meaning.action = step.empty() ? Action::Map : Action::Reduce;
  meaning.state = Type::I32;
  isa::Scope scope;
  for (const Source& source : sources) {
    meaning.operands.push_back(stream(source.name, Access::Read, source.space, source.type));
    meaning.operands.back().fill = source.windowed ? "fill" : "";
    made.sources.push_back(source.name);
  }
  for (const std::string& lane : lanes)
    meaning.operands.push_back(operand(lane, OperandKind::Lane));
  for (const isa::Operand& known : meaning.operands)
    scope.symbols.push_back({known.name, known.type});
  scope.symbols.push_back({"state", meaning.state});
  meaning.operands.push_back(stream("dst", Access::Write, Space::Scratchpad, Type::I8));
  const auto typed = [&](std::string_view text, Type type) {
    return text.empty() ? nullptr : isa::type_check(isa::parse_expression(text), scope, type);
  };
  meaning.init = typed(init, meaning.state);
  meaning.step = typed(step, meaning.state);
  meaning.result = typed(result, Type::I8);
  return made;
}

} // namespace

const std::vector<VectorFunction>& vectorFunctions() {
  constexpr Space kPad = Space::Scratchpad;
  constexpr std::string_view kRequantised =
      "i8(clamp(round_shift(i64(state) * i64(mult), shift) + i64(zero), i64(low), i64(high)))";
  static const std::vector<VectorFunction> functions{
      function("fill", {}, {"value"}, "", "", "i8(value)"),
      function("requant", {{"src", Space::Accumulator, Type::I32}},
               {"bias", "mult", "shift", "zero", "low", "high"}, "", "",
               "i8(clamp(round_shift(i64(src + bias) * i64(mult), shift) + i64(zero), i64(low), "
               "i64(high)))"),
      function("rescale", {{"src", kPad, Type::I8}},
               {"bias", "mult", "shift", "zero", "low", "high"}, "", "",
               "i8(clamp(round_shift(i64(i32(src) + bias) * i64(mult), shift) + i64(zero), "
               "i64(low), i64(high)))"),
      function("add", {{"a", kPad, Type::I8}, {"b", kPad, Type::I8}},
               {"zero_a", "mult_a", "zero_b", "mult_b", "shift", "zero", "low", "high"}, "", "",
               "i8(clamp(round_shift(i64(i32(a) - zero_a) * i64(mult_a) + i64(i32(b) - zero_b) * "
               "i64(mult_b), shift) + i64(zero), i64(low), i64(high)))"),
      function("max", {{"src", kPad, Type::I8, true}}, {"low", "high"}, "i32(-128)",
               "max(state, i32(src))", "i8(clamp(state, low, high))"),
      function("average", {{"src", kPad, Type::I8, true}},
               {"bias", "mult", "shift", "zero", "low", "high"}, "bias", "state + i32(src)",
               kRequantised),
      function("depthwise", {{"src", kPad, Type::I8, true}, {"weight", kPad, Type::I8}},
               {"bias", "mult", "shift", "zero", "low", "high"}, "bias",
               "state + i32(src) * i32(weight)", kRequantised),
  };
  return functions;
}

VectorInstructions::VectorInstructions(mlir::MLIRContext& context, const isa::Spec& spec) {
  for (const VectorFunction& function : vectorFunctions()) {
    int64_t least = INT64_MAX;
    for (const isa::Instruction& instruction : spec.instructions) {
      const auto roles = match::findRoles(context, function.meaning, instruction);
      const int64_t cycles = roles ? match::occupancy(spec, instruction, kNominalRows) : least;
      if (cycles >= least)
        continue;
      least = cycles;
      Found& found = found_[function.name] = {{&instruction, *roles}, {}};
      for (const std::string& source : function.sources)
        found.sources.push_back(roles->at(source));
    }
  }
}

const VectorInstructions::Found* VectorInstructions::find(std::string_view function) const {
  auto found = found_.find(function);
  return found == found_.end() ? nullptr : &found->second;
}

std::vector<std::string> VectorInstructions::missing() const {
  std::vector<std::string> list;
  for (const VectorFunction& function : vectorFunctions()) {
    if (find(function.name))
      continue;
    const isa::Instruction& meaning = function.meaning;
    list.push_back("no vector instruction computes " + isa::print(*meaning.result));
    if (meaning.step)
      list.back() += " from " + isa::print(*meaning.step);
  }
  return list;
}

} // namespace npuforge::npu
