// From a region of arith and math to a DAG.
#include "npuforge/compiler/match/pattern.h"
#include "npuforge/compiler/match/semantics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace npuforge::match {

using namespace mlir;

namespace {

uint64_t bitsOf(Attribute value) {
  if (auto real = dyn_cast<FloatAttr>(value))
    return real.getValue().bitcastToAPInt().getZExtValue();
  return cast<IntegerAttr>(value).getValue().getZExtValue();
}

const char* nameOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OLT:
    return "cmpf.lt";
  case arith::CmpFPredicate::OLE:
    return "cmpf.le";
  case arith::CmpFPredicate::OGT:
    return "cmpf.gt";
  case arith::CmpFPredicate::OGE:
    return "cmpf.ge";
  case arith::CmpFPredicate::OEQ:
    return "cmpf.eq";
  case arith::CmpFPredicate::UNE:
    return "cmpf.ne";
  default:
    throw NoRegion("it compares floats in a way that no operator does");
  }
}

const char* nameOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::slt:
    return "cmpi.lt";
  case arith::CmpIPredicate::sle:
    return "cmpi.le";
  case arith::CmpIPredicate::sgt:
    return "cmpi.gt";
  case arith::CmpIPredicate::sge:
    return "cmpi.ge";
  case arith::CmpIPredicate::eq:
    return "cmpi.eq";
  case arith::CmpIPredicate::ne:
    return "cmpi.ne";
  case arith::CmpIPredicate::ult:
    return "cmpiu.lt";
  case arith::CmpIPredicate::ule:
    return "cmpiu.le";
  case arith::CmpIPredicate::ugt:
    return "cmpiu.gt";
  case arith::CmpIPredicate::uge:
    return "cmpiu.ge";
  }
  llvm_unreachable("all predicates of integers are named");
}

std::string nameOf(Operation& op) {
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return nameOf(compare.getPredicate());
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return nameOf(compare.getPredicate());
  return op.getName().getStringRef().str();
}

} // namespace

std::vector<Dag::Class> readBlock(Block& block, const std::vector<Dag::Class>& arguments, Dag& dag,
                                  std::map<Dag::Class, Range>* domains) {
  llvm::DenseMap<Value, Dag::Class> classes;
  for (auto [argument, c] : llvm::zip(block.getArguments(), arguments))
    classes[argument] = c;
  for (Operation& op : block.without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      classes[constant] = dag.constant(constant.getType(), {bitsOf(constant.getValue())});
      continue;
    }
    std::vector<Dag::Class> args;
    for (Value operand : op.getOperands())
      args.push_back(classes.at(operand));
    const Dag::Class c = dag.make(nameOf(op), op.getResult(0).getType(), args);
    classes[op.getResult(0)] = c;
    if (auto domain = op.getAttrOfType<ArrayAttr>(kDomain); domain && domains)
      (*domains)[c] = {cast<FloatAttr>(domain[0]).getValueAsDouble(),
                       cast<FloatAttr>(domain[1]).getValueAsDouble(), false};
  }
  std::vector<Dag::Class> results;
  for (Value result : block.getTerminator()->getOperands())
    results.push_back(classes.at(result));
  return results;
}

} // namespace npuforge::match
