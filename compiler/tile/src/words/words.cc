#include "words/words.h"

#include "npuforge/compiler/graph/bytes.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"

namespace npuforge::tile {

using namespace mlir;

bool isWords(Value value) {
  Type element = getElementTypeOrSelf(value.getType());
  return element.isF32() || element.isSignlessInteger(32);
}

bool isNarrow(Value value) {
  Type element = getElementTypeOrSelf(value.getType());
  return element.isF16() || element.isBF16() || graph::isBytes(element);
}

bool isConstant(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  return value.getDefiningOp<graph::ConstantOp>() != nullptr;
}

int64_t elementBytes(Value tensor) {
  return getElementTypeOrSelf(tensor.getType()).getIntOrFloatBitWidth() / 8;
}

int64_t wordsBytes(Value tensor, const isa::Machine& machine) {
  const int64_t row = machine.accumulator_row_bytes();
  const int64_t bytes = cast<ShapedType>(tensor.getType()).getNumElements() * elementBytes(tensor);
  return std::max<int64_t>(ceilDiv(bytes, row), 1) * row;
}

void Tasks::load(const std::function<void()>& body) {
  s.awaitCredit(e, "load", compute_);
  body();
  e.signal("load", compute_);
}

void Tasks::compute(const std::function<void()>& body) {
  e.await(compute_, "load");
  s.awaitCredit(e, compute_, "store");
  body();
  e.signal(compute_, "load");
  e.signal(compute_, "store");
}

void Tasks::store(const std::function<void()>& body) {
  e.await("store", compute_);
  body();
  e.signal("store", compute_);
}

namespace {

bool isRowsOf(const isa::Instruction& what, isa::Space from, isa::Space to) {
  const isa::Operand *dst = nullptr, *src = nullptr;
  for (const isa::Operand& operand : what.operands)
    if (operand.kind == isa::OperandKind::Stream)
      (operand.access == isa::Access::Write ? dst : src) = &operand;
  auto isWord = [](const isa::Operand* operand) { return isa::bits_of(operand->type) == 32; };
  return what.action == isa::Action::Map && dst && src && isWord(dst) && isWord(src) &&
         what.result && what.result->kind == isa::ExprKind::Name && src->space == from &&
         what.result->text == src->name && dst->space == to;
}

/// Rows of a narrow float in the scratchpad as rows of f32 in the accumulator.
bool isWidening(const isa::Instruction& what, isa::Type from) {
  const isa::Operand *dst = nullptr, *src = nullptr;
  for (const isa::Operand& operand : what.operands)
    if (operand.kind == isa::OperandKind::Stream)
      (operand.access == isa::Access::Write ? dst : src) = &operand;
  if (what.action != isa::Action::Map || !dst || !src || !what.result)
    return false;
  const isa::Expr& result = *what.result;
  return dst->space == isa::Space::Accumulator && dst->type == isa::Type::F32 &&
         src->space == isa::Space::Scratchpad && src->type == from &&
         result.kind == isa::ExprKind::Call && result.type == isa::Type::F32 &&
         result.args.size() == 1 && result.args[0]->kind == isa::ExprKind::Name &&
         result.args[0]->text == src->name && result.text == isa::name(isa::Type::F32);
}

bool isFill(const isa::Instruction& what) {
  if (what.action != isa::Action::Map || !what.result || what.result->kind != isa::ExprKind::Name)
    return false;
  const isa::Operand* value = what.find(what.result->text);
  const isa::Operand* dst = nullptr;
  for (const isa::Operand& operand : what.operands)
    if (operand.kind == isa::OperandKind::Stream)
      dst = &operand;
  return value && value->kind == isa::OperandKind::Lane && dst &&
         dst->space == isa::Space::Accumulator && isa::bits_of(dst->type) == 32;
}

const isa::Operand& operandOf(const isa::Instruction& what, isa::OperandKind kind,
                              isa::Access access) {
  for (const isa::Operand& operand : what.operands)
    if (operand.kind == kind && operand.access == access)
      return operand;
  llvm_unreachable("WordMoves chose it by its operands");
}

} // namespace

WordMoves::WordMoves(const isa::Spec& spec, isa::Type loaded) {
  const bool widens = isa::bits_of(loaded) < 32;
  for (const isa::Instruction& what : spec.instructions) {
    if (!load && (widens ? isWidening(what, loaded)
                         : isRowsOf(what, isa::Space::Scratchpad, isa::Space::Accumulator)))
      load = &what;
    if (!store && isRowsOf(what, isa::Space::Accumulator, isa::Space::Scratchpad))
      store = &what;
    if (!fill && isFill(what))
      fill = &what;
  }
}

void moveRows(Emit& e, const isa::Instruction& what, Value dst, Value src) {
  const StringRef to = operandOf(what, isa::OperandKind::Stream, isa::Access::Write).name;
  const StringRef from = operandOf(what, isa::OperandKind::Stream, isa::Access::Read).name;
  ApplyOp::create(e.builder, e.location, what.mnemonic, dst, ValueRange{src}, to,
                  e.builder.getStrArrayAttr({from}), e.builder.getDictionaryAttr({}));
}

void fillRows(Emit& e, const isa::Instruction& what, Value dst, int64_t lane) {
  const StringRef to = operandOf(what, isa::OperandKind::Stream, isa::Access::Write).name;
  ApplyOp::create(e.builder, e.location, what.mnemonic, dst, ValueRange{}, to,
                  e.builder.getStrArrayAttr({}), e.lanes({{what.result->text, lane}}));
}

} // namespace npuforge::tile
