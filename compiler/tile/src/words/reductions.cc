#include "words/reductions.h"

#include <bit>

namespace npuforge::tile {

using namespace mlir;
using isa::OperandKind;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

isa::Operand rowsOf(const std::string& name, isa::Access access, isa::Type type) {
  isa::Operand operand{};
  operand.name = name;
  operand.kind = OperandKind::Stream;
  operand.access = access;
  operand.type = type;
  operand.space = isa::Space::Accumulator;
  return operand;
}

/// One way in which a spec may write a function: lane registers hold numbers with which they do
/// nothing.
struct Form {
  std::vector<std::string> sources;
  std::vector<std::pair<std::string, float>> lanes;
  std::string init, step, result; ///< maps have a result alone
};

std::vector<Form> formsOf(RowFunction function, bool real) {
  const std::string least = real ? "-inf" : "i32(-2147483648)";
  switch (function) {
  case RowFunction::Sum:
    return {{{"src"}, {}, real ? "-0.0" : "i32(0)", "state + src", "state"},
            {{"src"}, {{"bias", -0.0F}}, "bias", "state + src", "state"},
            {{"src"}, {{"bias", -0.0F}, {"scale", 1}}, "bias", "state + src", "state * scale"}};
  case RowFunction::Max:
    return {{{"src"}, {}, least, "max(state, src)", "state"}};
  case RowFunction::Dot:
    return {{{"src", "weight"}, {{"bias", 0}}, "bias", "fma(src, weight, state)", "state"},
            {{"src", "weight"},
             {{"bias", 0}, {"low", -kInfinity}, {"high", kInfinity}},
             "bias",
             "fma(src, weight, state)",
             "clamp(state, low, high)"}};
  case RowFunction::Add:
    return {{{"a", "b"}, {}, "", "", "a + b"},
            {{"a", "b"},
             {{"scale", 1}, {"low", -kInfinity}, {"high", kInfinity}},
             "",
             "",
             "clamp(fma(a, scale, b), low, high)"}};
  case RowFunction::Multiply:
    return {{{"a", "b"}, {}, "", "", "a * b"}};
  case RowFunction::Greater:
    return {{{"a", "b"}, {}, "", "", "max(a, b)"}};
  case RowFunction::Less:
    return {{{"a", "b"}, {}, "", "", "min(a, b)"}};
  }
  llvm_unreachable("every function has a form");
}

isa::Instruction meaningOf(const Form& form, isa::Type type) {
  isa::Instruction meaning{};
  meaning.action = form.step.empty() ? isa::Action::Map : isa::Action::Reduce;
  meaning.state = type;
  isa::Scope scope;
  for (const std::string& source : form.sources)
    meaning.operands.push_back(rowsOf(source, isa::Access::Read, type));
  for (const auto& [lane, number] : form.lanes) {
    isa::Operand operand{};
    operand.name = lane;
    operand.kind = OperandKind::Lane;
    operand.type = type;
    meaning.operands.push_back(operand);
  }
  for (const isa::Operand& operand : meaning.operands)
    scope.symbols.push_back({operand.name, operand.type});
  scope.symbols.push_back({"state", type});
  meaning.operands.push_back(rowsOf("dst", isa::Access::Write, type));
  auto typed = [&](const std::string& text) -> isa::ExprPtr {
    return text.empty() ? nullptr : isa::type_check(isa::parse_expression(text), scope, type);
  };
  meaning.init = typed(form.init), meaning.step = typed(form.step);
  meaning.result = typed(form.result);
  return meaning;
}

} // namespace

std::optional<RowReduction> findReduction(MLIRContext& context, const isa::Spec& spec,
                                          RowFunction function, isa::Type type) {
  const bool real = isa::is_float(type);
  for (const Form& form : formsOf(function, real)) {
    if (!real && !form.lanes.empty())
      continue;
    const isa::Instruction meaning = meaningOf(form, type);
    for (const isa::Instruction& candidate : spec.instructions) {
      auto roles = match::findRoles(context, meaning, candidate);
      if (!roles)
        continue;
      RowReduction found{&candidate, std::move(*roles), form.sources, {}};
      for (const auto& [lane, number] : form.lanes)
        found.lanes.emplace_back(lane, std::bit_cast<uint32_t>(number));
      return found;
    }
  }
  return {};
}

void setReductionLanes(Emit& e, const RowReduction& reduction, int64_t first) {
  for (const auto& [role, bits] : reduction.lanes)
    e.set_lane(first++, static_cast<int32_t>(bits));
}

void combineRows(Emit& e, const RowReduction& reduction, Value dst, ArrayRef<Value> srcs,
                 int64_t levels, int64_t first_lane) {
  const isa::Instruction& what = *reduction.what;
  SmallVector<StringRef> names;
  for (const std::string& source : reduction.sources)
    names.push_back(reduction.roles.at(source));
  SmallVector<std::pair<StringRef, int64_t>> numbers;
  if (levels > 0)
    numbers.emplace_back(what.operands[what.levels].name, levels);
  for (const auto& [role, bits] : reduction.lanes)
    numbers.emplace_back(reduction.roles.at(role), first_lane++);
  ApplyOp::create(e.builder, e.location, what.mnemonic, dst, srcs, reduction.roles.at("dst"),
                  e.builder.getStrArrayAttr(names), e.lanes(numbers));
}

} // namespace npuforge::tile
