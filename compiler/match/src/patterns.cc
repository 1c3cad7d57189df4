#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/match/semantics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace npuforge::match {

using namespace mlir;

namespace {

Pattern readPattern(OpBuilder& builder, const isa::Instruction& instruction) {
  Pattern pattern{&instruction, {}, 0, {}, {}, nullptr};
  for (const isa::Operand& operand : instruction.operands)
    if (operand.kind == isa::OperandKind::Stream && operand.access == isa::Access::Write)
      pattern.destination = &operand;
  if (!pattern.destination)
    throw NoRegion("it writes no rows");
  func::FuncOp region = makeRegion(builder, instruction, instruction.result);
  std::vector<Dag::Class> arguments;
  for (auto [index, argument] : llvm::enumerate(region.getArguments())) {
    auto name = region.getArgAttrOfType<StringAttr>(index, "match.operand").str();
    const isa::Operand& operand = *instruction.find(name);
    pattern.leaves.push_back({name, operand.kind, argument.getType(), operand.space});
    arguments.push_back(pattern.dag.leaf(argument.getType(), static_cast<int>(index)));
  }
  pattern.root =
      readBlock(region.getBody().front(), arguments, pattern.dag, &pattern.domains).front();
  for (const Leaf& leaf : pattern.leaves)
    if (leaf.kind != isa::OperandKind::Stream && leaf.kind != isa::OperandKind::Lane &&
        leaf.kind != isa::OperandKind::Value)
      throw NoRegion("its operand " + leaf.operand + " is neither rows nor a number of 32 bits");
  return pattern;
}

} // namespace

Patterns readPatterns(MLIRContext& context, const isa::Spec& spec) {
  context.loadDialect<func::FuncDialect>();
  OwningOpRef<ModuleOp> scratch = ModuleOp::create(UnknownLoc::get(&context));
  OpBuilder builder = OpBuilder::atBlockEnd(scratch->getBody());
  Patterns patterns;
  for (const isa::Instruction& instruction : spec.instructions) {
    if (instruction.action != isa::Action::Map)
      continue;
    try {
      patterns.maps.push_back(readPattern(builder, instruction));
    } catch (const NoRegion& reason) {
      patterns.others.push_back({instruction.mnemonic, reason.what()});
    }
  }
  return patterns;
}

} // namespace npuforge::match
