// Both sides become DAGs of the same canonicaliser, with operands as leaves; they are compared node
// against node from all results at once, and backtrack over the orders of commutative operations.
#include "npuforge/compiler/match/roles.h"

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/match/semantics.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace npuforge::match {

using namespace mlir;

namespace {

/// What an instruction computes: init, step and result of a reduction, the result of a map.
struct Meaning {
  const isa::Instruction* instruction;
  Dag dag;
  std::vector<std::string> leaves; ///< names of operands; `state`
  std::vector<Dag::Class> results;

  const Node& node(Dag::Class c) const { return dag.nodes(c).front(); }
  /// Null for `state`.
  const isa::Operand* operand(int leaf) const { return instruction->find(leaves[leaf]); }
};

/// Throws NoRegion.
Meaning readMeaning(MLIRContext& context, const isa::Instruction& instruction) {
  OwningOpRef<ModuleOp> scratch = ModuleOp::create(UnknownLoc::get(&context));
  OpBuilder builder = OpBuilder::atBlockEnd(scratch->getBody());
  Meaning meaning{&instruction, {}, {}, {}};
  SmallVector<isa::ExprPtr> expressions;
  for (const isa::ExprPtr& expression : {instruction.init, instruction.step, instruction.result})
    if (expression)
      expressions.push_back(expression);
  func::FuncOp region = makeRegion(builder, instruction, expressions);
  std::vector<Dag::Class> arguments;
  for (auto [index, argument] : llvm::enumerate(region.getArguments())) {
    auto name = region.getArgAttrOfType<StringAttr>(index, "match.operand");
    meaning.leaves.push_back(name.str());
    arguments.push_back(meaning.dag.leaf(argument.getType(), static_cast<int>(index)));
  }
  meaning.results = readBlock(region.getBody().front(), arguments, meaning.dag);
  return meaning;
}

const isa::Operand* destination(const isa::Instruction& instruction) {
  for (const isa::Operand& operand : instruction.operands)
    if (operand.kind == isa::OperandKind::Stream && operand.access == isa::Access::Write)
      return &operand;
  return nullptr;
}

size_t sources(const isa::Instruction& instruction) {
  return llvm::count_if(instruction.operands, [](const isa::Operand& operand) {
    return operand.kind == isa::OperandKind::Stream && operand.access == isa::Access::Read;
  });
}

/// Can the operand stand for the role, whatever it is for?
bool serves(const isa::Operand& role, const isa::Operand& operand) {
  if (role.kind != operand.kind || role.type != operand.type)
    return false;
  return role.kind != isa::OperandKind::Stream ||
         (role.space == operand.space && (role.fill.empty() || !operand.fill.empty()));
}

class Comparison {
public:
  Comparison(const Meaning& wanted, const Meaning& candidate)
      : wanted(wanted), candidate(candidate), bound(wanted.leaves.size(), -1) {}

  std::optional<Roles> run() {
    if (wanted.leaves.size() != candidate.leaves.size())
      return std::nullopt;
    std::optional<Roles> roles;
    compareEach(wanted.results, candidate.results, 0, [&] { roles = roles ? roles : named(); });
    return roles;
  }

private:
  using Then = llvm::function_ref<void()>;

  void compareEach(const std::vector<int>& as, const std::vector<int>& bs, size_t i, Then then) {
    if (i == as.size())
      return then();
    compare(as[i], bs[i], [&] { compareEach(as, bs, i + 1, then); });
  }

  void compare(int a, int b, Then then) {
    const Node &x = wanted.node(a), &y = candidate.node(b);
    if (x.op != y.op || x.type != y.type || x.bits != y.bits || x.args.size() != y.args.size())
      return;
    if (x.op == "leaf")
      return bind(x.leaf, y.leaf, then);
    compareEach(x.args, y.args, 0, then);
    if (isCommutative(x.op) && x.args.size() == 2)
      compareEach(x.args, {y.args[1], y.args[0]}, 0, then);
  }

  void bind(int role, int leaf, Then then) {
    if (bound[role] >= 0 || llvm::is_contained(bound, leaf)) {
      if (bound[role] == leaf)
        then();
      return;
    }
    const isa::Operand *wants = wanted.operand(role), *has = candidate.operand(leaf);
    if (!wants != !has || (wants && !serves(*wants, *has)))
      return; // `state` stands for itself alone
    bound[role] = leaf;
    then();
    bound[role] = -1;
  }

  Roles named() const {
    Roles roles;
    for (auto [role, leaf] : llvm::enumerate(bound)) {
      const isa::Operand *wants = wanted.operand(role), *has = candidate.operand(leaf);
      if (!wants)
        continue;
      roles[wants->name] = has->name;
      if (!wants->fill.empty())
        roles[wants->fill] = has->fill;
    }
    return roles;
  }

  const Meaning &wanted, &candidate;
  std::vector<int> bound; ///< leaf of the candidate by leaf of what is wanted; -1: none yet
};

} // namespace

void registerDialects(DialectRegistry& registry) {
  registry.insert<arith::ArithDialect, func::FuncDialect, graph::GraphDialect, math::MathDialect>();
}

std::optional<Roles> findRoles(MLIRContext& context, const isa::Instruction& wanted,
                               const isa::Instruction& candidate) {
  const isa::Operand *to = destination(wanted), *writes = destination(candidate);
  if (wanted.action != candidate.action || !to || !writes || !serves(*to, *writes) ||
      sources(wanted) != sources(candidate) ||
      (wanted.action == isa::Action::Reduce && wanted.state != candidate.state))
    return std::nullopt;
  try {
    const Meaning asked = readMeaning(context, wanted), found = readMeaning(context, candidate);
    std::optional<Roles> roles = Comparison(asked, found).run();
    if (roles)
      (*roles)[to->name] = writes->name;
    return roles;
  } catch (const NoRegion&) {
    return std::nullopt;
  }
}

} // namespace npuforge::match
