// Streams, values and the instructions that have them.
#include "lower.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::npu {

using namespace mlir;
using isa::Action;

Number Lowering::number(Value value) {
  if (auto constant = getConstantIntValue(value))
    return {*constant, {}};
  Operation* op = value.getDefiningOp();
  if (auto add = dyn_cast_or_null<arith::AddIOp>(op); add && isTransparent(*op)) {
    Number inner = number(add.getLhs());
    inner.constant += *getConstantIntValue(add.getRhs());
    return inner;
  }
  return {0, value};
}

int Lowering::temporary() {
  const int number = registers_.take();
  if (number >= 0) {
    temporaries_.push_back(number);
    return number;
  }
  if (!failed_)
    needs_register_ = current_;
  failed_ = true;
  return 0;
}

bool Lowering::assign(Value value) {
  if (registers_.assign(value))
    return true;
  if (!failed_)
    needs_register_ = current_;
  failed_ = true;
  return false;
}

int Lowering::registerOf(Value value) {
  auto constant = getConstantIntValue(value);
  if (!constant)
    return registers_.of(value);
  if (*constant == 0)
    return 0; // register 0 is zero
  const int number = temporary();
  addImmediate(number, 0, *constant);
  return number;
}

void Lowering::addImmediate(int result, int source, int64_t constant) {
  Choice add = target_.scalar("add", true);
  make(*add.instruction)
      .number(add.operand("result"), result)
      .number(add.operand("a"), source)
      .number(add.operand("b"), constant)
      .emit(location_);
}

Address Lowering::value(Number number, const isa::Instruction& user, StringRef operand) {
  const int base = number.value ? registers_.of(number.value) : 0;
  const auto [low, high] = isa::value_range(target_.spec(), user, *user.find(operand.str()));
  if (number.constant >= low && number.constant <= high)
    return {number.constant, base, -1};
  const int sum = temporary();
  addImmediate(sum, base, number.constant);
  return {0, sum, -1};
}

Shape Lowering::shapeOf(tile::StreamOp stream, bool window, bool keep_levels) {
  auto counts = getMixedValues(stream.getStaticCounts(), stream.getCounts(), builder_);
  auto lows = getMixedValues(stream.getStaticLows(), stream.getLows(), builder_);
  auto highs = getMixedValues(stream.getStaticHighs(), stream.getHighs(), builder_);
  auto known = [&](OpFoldResult value) {
    auto constant = getConstantIntValue(value);
    return constant ? Number{*constant, {}} : number(cast<Value>(value));
  };
  Shape shape;
  for (size_t level = 0; level < counts.size(); ++level) {
    LevelShape s{known(counts[level]), stream.getStrides()[level], false, {}, {}};
    if (window && !lows.empty()) {
      s.low = known(lows[level]), s.high = known(highs[level]);
      s.window = !(s.low == Number{} && s.high == s.count);
      if (!s.window)
        s.low = s.high = {};
    }
    const bool single = s.count == Number{1, {}} && !s.window;
    if (!single || keep_levels)
      shape.push_back(s);
  }
  return shape;
}

void Lowering::giveTemporaries(size_t kept) {
  for (; temporaries_.size() > kept; temporaries_.pop_back())
    registers_.give(temporaries_.back());
}

void Lowering::setLevel(int generator, int level, const LevelShape& shape) {
  const size_t held = temporaries_.size();
  const isa::Instruction& what = *target_.setLevel(shape.window);
  Address count = value(shape.count, what, "count"),
          stride = value({shape.stride, {}}, what, "stride");
  Instruction instruction = make(what);
  instruction.number("generator", generator)
      .number("level", level)
      .address("count", count)
      .address("stride", stride);
  if (shape.window) {
    Address low = value(shape.low, what, "low"), high = value(shape.high, what, "high");
    instruction.address("low", low).address("high", high);
  }
  instruction.number("keep", level > 0).emit(location_);
  giveTemporaries(held);
}

Address Lowering::stream(Value value_, const isa::Instruction& user, StringRef operand,
                         bool keep_levels) {
  auto stream = value_.getDefiningOp<tile::StreamOp>();
  auto buffer = stream.getBuffer().getDefiningOp<tile::BufferOp>();
  const isa::Operand& what = *user.find(operand.str());
  Shape shape = shapeOf(stream, !what.fill.empty(), keep_levels);
  int generator = idle_.row_generator;
  if (static_cast<int>(shape.size()) > machine_.sequencer.levels) {
    emitError(location_) << "needs " << shape.size() << " generator levels and the machine has "
                         << machine_.sequencer.levels;
    failed_ = true;
  } else if (!shape.empty()) {
    auto [number, ready] = generators_.find(shape);
    generator = number;
    for (size_t level = 0; !ready && level < shape.size(); ++level)
      setLevel(number, level, shape[level]);
  }
  Number base = stream.getBase() ? number(stream.getBase()) : Number{};
  base.constant +=
      static_cast<int64_t>(buffer.getAddress()) + static_cast<int64_t>(stream.getOffset());
  Address address = value(base, user, operand);
  address.generator = generator;
  return address;
}

template <typename Op>
LogicalResult Lowering::copy(Op op, Action action, StringRef pad, StringRef dram) {
  const isa::Instruction& what = *target_.action(action);
  Address dst = stream(op.getDst(), what, pad == "dst" ? "pad" : "dram");
  Address src = stream(op.getSrc(), what, pad == "src" ? "pad" : "dram");
  Address bytes = value(number(op.getBytes()), what, "bytes");
  make(what)
      .address("pad", pad == "dst" ? dst : src)
      .address("dram", dram == "dst" ? dst : src)
      .address("bytes", bytes)
      .emit(location_);
  return success();
}
template LogicalResult Lowering::copy(tile::CopyInOp, Action, StringRef, StringRef);
template LogicalResult Lowering::copy(tile::CopyOutOp, Action, StringRef, StringRef);

LogicalResult Lowering::multiply(tile::MultiplyOp op) {
  const isa::Instruction* what = target_.array(Action::Multiply, op.getElement().str());
  if (!what)
    return op.emitError() << machine_.name << " multiplies no " << op.getElement();
  Address dst = stream(op.getDst(), *what, "dst"), src = stream(op.getSrc(), *what, "src");
  Address fill = value({static_cast<int64_t>(op.getFill()), {}}, *what, "fill");
  Address accumulate = value(number(op.getAccumulate()), *what, "accumulate");
  make(*what)
      .address("dst", dst)
      .address("src", src)
      .address("fill", fill)
      .address("accumulate", accumulate)
      .number("next", 1)
      .emit(location_);
  return success();
}

Address Lowering::wordOf(Value word, const isa::Instruction& user) {
  auto stream = word.getDefiningOp<tile::StreamOp>();
  auto buffer = stream.getBuffer().getDefiningOp<tile::BufferOp>();
  Number at = stream.getBase() ? number(stream.getBase()) : Number{};
  at.constant +=
      static_cast<int64_t>(buffer.getAddress()) + static_cast<int64_t>(stream.getOffset());
  return value(at, user, "address");
}

LogicalResult Lowering::storeScalar(tile::StoreScalarOp op) {
  const isa::Instruction* what = target_.action(Action::StoreScalar);
  if (!what)
    return op.emitError() << machine_.name << " stores no scalars in the scratchpad";
  const int source = registerOf(op.getValue());
  Address address = wordOf(op.getDst(), *what);
  make(*what).number("rs", source).address("address", address).emit(location_);
  return success();
}

LogicalResult Lowering::loadScalar(tile::LoadScalarOp op) {
  const isa::Instruction* what = target_.action(Action::LoadScalar);
  if (!what)
    return op.emitError() << machine_.name << " loads no scalars from the scratchpad";
  Address address = wordOf(op.getSrc(), *what);
  if (!assign(op.getResult()))
    return failure();
  make(*what)
      .number("rd", registers_.of(op.getResult()))
      .address("address", address)
      .emit(location_);
  return success();
}

template <typename Op>
LogicalResult Lowering::vector(Op op, int64_t levels) {
  const VectorInstructions::Found* found = vectors_.find(op.getFunction().str());
  if (!found)
    return op.emitError() << "no instruction computes '" << op.getFunction() << "'";
  const Choice& choice = found->choice;
  const isa::Instruction& what = *choice.instruction;
  if (op.getSrcs().size() != found->sources.size())
    return op.emitError() << "has " << op.getSrcs().size() << " sources and '" << op.getFunction()
                          << "' " << found->sources.size();
  SmallVector<std::pair<std::string, Address>> streams;
  streams.push_back({choice.operand("dst"), stream(op.getDst(), what, choice.operand("dst"))});
  for (auto [source, operand] : llvm::zip(op.getSrcs(), found->sources))
    streams.push_back({operand, stream(source, what, operand, levels > 0)});
  Instruction instruction = make(what);
  for (auto& [operand, address] : streams)
    instruction.address(operand, address);
  for (NamedAttribute lane : op.getLanes()) {
    if (!choice.has(lane.getName().strref()))
      return op.emitError() << "'" << what.mnemonic << "' has no operand for the role "
                            << lane.getName();
    instruction.number(choice.operand(lane.getName().strref()),
                       cast<IntegerAttr>(lane.getValue()).getInt());
  }
  if (levels > 0)
    instruction.number(what.operands[what.levels].name, levels);
  instruction.emit(location_);
  return success();
}
template LogicalResult Lowering::vector(tile::MapOp, int64_t);
template LogicalResult Lowering::vector(tile::ReduceOp, int64_t);

LogicalResult Lowering::apply(tile::ApplyOp op) {
  const isa::Instruction* what = target_.spec().find(op.getInstruction().str());
  if (!what)
    return op.emitError() << "names '" << op.getInstruction() << "', which " << machine_.name
                          << " does not have";
  Instruction instruction = make(*what);
  for (const isa::Operand& operand : what->operands) {
    if (operand.kind == isa::OperandKind::Stream) {
      Value rows = operand.name == op.getDestination() ? op.getDst() : Value();
      for (auto [name, source] :
           llvm::zip(op.getSources().getAsValueRange<StringAttr>(), op.getSrcs()))
        if (name == operand.name)
          rows = source;
      if (!rows)
        return op.emitError() << "gives '" << what->mnemonic << "' no rows for " << operand.name;
      instruction.address(operand.name,
                          stream(rows, *what, operand.name, what->action == Action::Reduce));
      continue;
    }
    // What the semantics does not name is encoded as zero.
    auto given = op.getNumbers().getAs<IntegerAttr>(operand.name);
    const int64_t number = given ? given.getInt() : 0;
    if (operand.kind == isa::OperandKind::Value)
      instruction.address(operand.name, value({number, {}}, *what, operand.name));
    else
      instruction.number(operand.name, number);
  }
  instruction.emit(location_);
  return success();
}

} // namespace npuforge::npu
