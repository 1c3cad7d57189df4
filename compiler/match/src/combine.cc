#include "npuforge/compiler/match/combine.h"

#include "npuforge/compiler/match/semantics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace npuforge::match {

using namespace mlir;

namespace {

/// One expression of a reduction; `state` is rows, like the source.
Pattern readExpression(OpBuilder& builder, const isa::Instruction& instruction,
                       const isa::ExprPtr& expression) {
  Pattern pattern{&instruction, {}, 0, {}, {}, nullptr};
  func::FuncOp region = makeRegion(builder, instruction, ArrayRef(expression));
  std::vector<Dag::Class> arguments;
  for (auto [index, argument] : llvm::enumerate(region.getArguments())) {
    auto name = region.getArgAttrOfType<StringAttr>(index, "match.operand").str();
    const isa::Operand* operand = instruction.find(name);
    pattern.leaves.push_back({name, operand ? operand->kind : isa::OperandKind::Stream,
                              argument.getType(), isa::Space::Accumulator});
    arguments.push_back(pattern.dag.leaf(argument.getType(), static_cast<int>(index)));
  }
  pattern.root =
      readBlock(region.getBody().front(), arguments, pattern.dag, &pattern.domains).front();
  return pattern;
}

/// Adds a match's numbers; false if one contradicts what is there.
bool addNumbers(const Match& match, const Dag& dag, Combination& to) {
  for (auto [leaf, bound] : llvm::zip(match.pattern->leaves, match.bound)) {
    if (!leaf.isNumber())
      continue;
    const Node* number = dag.constantOf(bound);
    if (!number || number->bits.size() != 1)
      return false;
    auto& list = leaf.kind == isa::OperandKind::Lane ? to.lanes : to.values;
    if (list.emplace(leaf.operand, number->bits[0]).first->second != number->bits[0])
      return false;
  }
  return true;
}

bool isWord(const isa::Operand& operand) {
  return operand.space == isa::Space::Accumulator && isa::bits_of(operand.type) == 32;
}

/// The only stream that is read and the one that is written, when both are accumulator rows.
bool findStreams(const isa::Instruction& instruction, Combination& to) {
  for (const isa::Operand& operand : instruction.operands) {
    if (operand.kind != isa::OperandKind::Stream)
      continue;
    std::string& name = operand.access == isa::Access::Write ? to.destination : to.first;
    if (!isWord(operand) || !name.empty())
      return false;
    name = operand.name;
  }
  return !to.destination.empty() && !to.first.empty();
}

/// The instruction as the reduction, in the first way that agrees.
std::optional<Combination> asReduction(OpBuilder& builder, const isa::Instruction& instruction,
                                       const std::string& op, Type type, uint64_t neutral) {
  Combination base{&instruction, {}, {}, {}, {}, {}};
  if (!findStreams(instruction, base) || toMlir(builder.getContext(), instruction.state) != type)
    return std::nullopt;
  Dag dag;
  const Dag::Class state = dag.leaf(type, 0), row = dag.leaf(type, 1);
  const std::pair<isa::ExprPtr, Dag::Class> parts[] = {
      {instruction.init, dag.constant(type, {neutral})},
      {instruction.step, dag.make(op, type, {state, row})},
      {instruction.result, state}};
  std::vector<Combination> ways{base};
  for (const auto& [expression, wanted] : parts) {
    const std::vector<Pattern> patterns{readExpression(builder, instruction, expression)};
    std::vector<Combination> next;
    for (const Match& match : matchesOf(patterns, dag, wanted)) {
      bool right = true;
      for (auto [leaf, bound] : llvm::zip(patterns[0].leaves, match.bound))
        if (!leaf.isNumber())
          right &= dag.find(bound) == (leaf.operand == "state" ? state : row);
      for (Combination way : ways)
        if (right && addNumbers(match, dag, way))
          next.push_back(way);
    }
    ways = std::move(next);
  }
  return ways.empty() ? std::nullopt : std::optional(ways.front());
}

} // namespace

std::optional<Combination> findReduction(MLIRContext& context, const isa::Spec& spec,
                                         const std::string& op, Type type, uint64_t neutral) {
  OwningOpRef<ModuleOp> scratch = ModuleOp::create(UnknownLoc::get(&context));
  OpBuilder builder = OpBuilder::atBlockEnd(scratch->getBody());
  for (const isa::Instruction& instruction : spec.instructions) {
    if (instruction.action != isa::Action::Reduce)
      continue;
    try {
      if (auto found = asReduction(builder, instruction, op, type, neutral))
        return found;
    } catch (const NoRegion&) { // computes what no graph does
    }
  }
  return std::nullopt;
}

std::optional<Combination> findPairwise(const Patterns& patterns, const std::string& op,
                                        Type type) {
  Dag dag;
  const Dag::Class a = dag.leaf(type, 0), b = dag.leaf(type, 1);
  for (const Match& match : matchesOf(patterns.maps, dag, dag.make(op, type, {a, b}))) {
    Combination found{match.pattern->instruction, match.pattern->destination->name, {}, {}, {}, {}};
    bool right = isWord(*match.pattern->destination);
    for (auto [leaf, bound] : llvm::zip(match.pattern->leaves, match.bound)) {
      if (leaf.isNumber())
        continue;
      (dag.find(bound) == a ? found.first : found.second) = leaf.operand;
      right &= leaf.space == isa::Space::Accumulator;
    }
    if (right && !found.first.empty() && !found.second.empty() && addNumbers(match, dag, found))
      return found;
  }
  return std::nullopt;
}

} // namespace npuforge::match
