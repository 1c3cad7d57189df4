// graph-fold-views: every tensor gets its 4-D form on the device. A view only changes how a value's
// elements are numbered; matrix products absorb that into the order of their weights, the interface
// into its shape.
#include <map>
#include <memory>

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Passes.h"

#include "constants.h"
#include "lowering.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_FOLDVIEWS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using Integers = std::vector<int64_t>;
using Indices = std::shared_ptr<const Integers>; // most values share those of another
using Shape = llvm::SmallVector<int64_t>;

constexpr int64_t kMostElements = 1 << 25; // of a tensor: each has an index here

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

std::string text(llvm::ArrayRef<int64_t> dims) {
  std::string result;
  for (int64_t dim : dims)
    result += (result.empty() ? "[" : ", ") + std::to_string(dim);
  return result + "]";
}

/// [1, C, H, W] of a network shape: [N], [1, N], [1, C, L] get dimensions of 1.
Shape deviceShape(llvm::ArrayRef<int64_t> shape) {
  if (shape.size() > 4 || (shape.size() > 1 && shape[0] != 1))
    throw NotLowered("a tensor " + text(shape) + " is not a batch of 1 of at most 3 dimensions");
  if (shape.size() <= 1)
    return {1, shape.empty() ? 1 : shape[0], 1, 1};
  Shape result{1, shape[1], 1, 1};
  if (shape.size() == 3)
    result[3] = shape[2];
  if (shape.size() == 4)
    std::copy(shape.begin() + 2, shape.end(), result.begin() + 2);
  return result;
}

void checkSize(mlir::Value value) {
  int64_t count = 1;
  for (int64_t dim : ranked(value).getShape()) {
    if (dim > 0 && count > kMostElements / dim)
      throw NotLowered("a tensor " + text(ranked(value).getShape()) + " has more than " +
                       std::to_string(kMostElements) + " elements");
    count *= dim;
  }
}

/// Where a value's elements are: element i of the old value is element indices[i] of the 4-D one.
struct Mapped {
  mlir::Value device;
  Indices indices;
};

class ViewFolder {
public:
  explicit ViewFolder(mlir::func::FuncOp main) : main_(main), builder_(main.getContext()) {}

  /// Throws nothing: what cannot be done is noted on its operation, and the function is then left
  /// as it was.
  void run() {
    mlir::Block& old = main_.getBody().front();
    mlir::Block* fresh = new mlir::Block();
    builder_.setInsertionPointToStart(fresh);
    bool ok = attempt(old.front(), [&] {
      for (mlir::BlockArgument argument : old.getArguments())
        mapArgument(fresh, argument);
    });
    for (mlir::Operation& op : old)
      ok = ok && attempt(op, [&] { map(&op); });
    if (!ok) {
      fresh->dropAllReferences();
      delete fresh;
      return;
    }
    main_.getBody().push_back(fresh);
    old.dropAllReferences();
    old.erase();
    main_.setFunctionType(builder_.getFunctionType(fresh->getArgumentTypes(),
                                                   fresh->getTerminator()->getOperandTypes()));
  }

private:
  template <typename Work>
  bool attempt(mlir::Operation& op, Work&& work) {
    try {
      work();
      return true;
    } catch (const NotLowered& reason) {
      op.setAttr("graph.reason", builder_.getStringAttr(reason.what()));
      return false;
    }
  }

  /// 0, 1, ...; one for all values of that size.
  Indices straight(int64_t count) {
    Indices& known = straight_[count];
    if (known)
      return known;
    Integers indices(count);
    for (int64_t i = 0; i < count; ++i)
      indices[i] = i;
    return known = shared(std::move(indices));
  }

  static Indices shared(Integers indices) {
    return std::make_shared<const Integers>(std::move(indices));
  }

  /// An input takes the shape that a chain of reshapes gives it, since reshaping and quantising
  /// commute.
  void mapArgument(mlir::Block* block, mlir::BlockArgument argument) {
    checkSize(argument);
    mlir::Value last = argument;
    while (last.hasOneUse()) {
      mlir::Operation* user = *last.getUsers().begin();
      if (!isView(user) || !isIdentity(viewIndices(user)))
        break;
      last = user->getResult(0);
    }
    auto type = ranked(argument);
    mlir::Value device = block->addArgument(
        type.clone(llvm::ArrayRef<int64_t>(deviceShape(ranked(last).getShape()))),
        argument.getLoc());
    values_[argument] = {device, straight(type.getNumElements())};
  }

  void map(mlir::Operation* op) {
    for (mlir::Value result : op->getResults())
      checkSize(result);
    llvm::TypeSwitch<mlir::Operation*>(op)
        .Case<ReshapeOp, FlattenOp, TransposeOp>([&](auto view) { mapView(view); })
        .Case<ConstantOp>([](auto) {}) // made where it is used
        .Case<QMatMulOp>([&](auto product) { mapMatMul(product); })
        .Case<RequantOp>([&](auto requant) { mapRequant(requant); })
        .Case<QAddOp>([&](auto add) { mapAdd(add); })
        .Case<MapOp>([&](auto map) { mapElements(map); })
        .Case<RescaleOp>([&](auto rescale) { mapUnary(rescale, at(rescale.getInput())); })
        .Case<QConvOp, QMaxPoolOp, QAvgPoolOp>([&](auto window) { mapWindow(window); })
        .Case<mlir::func::ReturnOp>([&](auto end) { mapReturn(end); })
        .Default([](auto*) { throw NotLowered("it has no integer form"); });
  }

  Mapped at(mlir::Value value) {
    auto found = values_.find(value);
    if (found != values_.end())
      return found->second;
    auto constant = constantOf(value);
    if (!constant)
      throw NotLowered("its operand could not be laid out");
    Shape shape = deviceShape(constant.getType().getShape());
    if (constant.getElementType().isF32()) {
      auto type = constant.getType().clone(llvm::ArrayRef<int64_t>(shape));
      return {ConstantOp::create(builder_, value.getLoc(), type, constant.reshape(type)),
              straight(constant.getNumElements())};
    }
    return {makeConstant(builder_, value.getLoc(), shape, constant.getElementType(),
                         integersOf(constant)),
            straight(constant.getNumElements())};
  }

  /// A constant operand that keeps its shape (weights, biases, multipliers).
  mlir::Value parameter(mlir::Value value) {
    auto constant = constantOf(value);
    if (!constant)
      throw NotLowered("its parameters are not constant");
    return ConstantOp::create(builder_, value.getLoc(), constant.getType(), constant);
  }

  void mapView(mlir::Operation* op) {
    Mapped in = at(op->getOperand(0));
    values_[op->getResult(0)] = {in.device, shared(compose(*in.indices, viewIndices(op)))};
  }

  /// A copy over another operand; results keep the operand's numbering.
  void mapUnary(mlir::Operation* op, const Mapped& in) {
    auto type = llvm::cast<mlir::RankedTensorType>(in.device.getType())
                    .clone(ranked(op->getResult(0)).getElementType());
    mlir::OperationState state(op->getLoc(), op->getName(), in.device, type, op->getAttrs());
    values_[op->getResult(0)] = {builder_.create(state)->getResult(0), in.indices};
  }

  void mapRequant(RequantOp op) {
    Mapped in = at(op.getInput());
    auto type = llvm::cast<mlir::RankedTensorType>(in.device.getType())
                    .clone(ranked(op.getResult()).getElementType());
    auto copy =
        RequantOp::create(builder_, op.getLoc(), type, in.device, parameter(op.getMultiplier()),
                          parameter(op.getShift()), op.getZeroPoint(), op.getLow(), op.getHigh());
    values_[op.getResult()] = {copy, in.indices};
  }

  /// Windows slide over height and width, so the operand must have them as the network sees them.
  void mapWindow(mlir::Operation* op) {
    Mapped in = at(op->getOperand(0));
    if (in.device.getType() != op->getOperand(0).getType() || !isIdentity(*in.indices))
      throw NotLowered("its input is a view that would have to move data");
    if (ranked(op->getOperand(0)).getDimSize(0) != 1)
      throw NotLowered("a batch of " + std::to_string(ranked(op->getOperand(0)).getDimSize(0)) +
                       " is not supported");
    llvm::SmallVector<mlir::Value> operands{in.device};
    for (mlir::Value operand : llvm::drop_begin(op->getOperands()))
      operands.push_back(parameter(operand));
    mlir::OperationState state(op->getLoc(), op->getName(), operands, op->getResultTypes(),
                               op->getAttrs());
    mlir::Value result = builder_.create(state)->getResult(0);
    values_[op->getResult(0)] = {result, straight(ranked(result).getNumElements())};
  }

  void mapMatMul(QMatMulOp op) {
    Mapped in = at(op.getInput());
    int64_t rows = ranked(op.getInput()).getDimSize(0);
    if (rows == 1)
      mapRow(op, in);
    else
      mapRows(op, in, rows);
  }

  /// One row: a kernel as large as the input, its weights in the order of the input's elements.
  void mapRow(QMatMulOp op, const Mapped& in) {
    Shape shape(ranked(in.device).getShape());
    Integers weights = integersOf(constantOf(op.getWeights())), permuted(weights.size());
    int64_t outputs = ranked(op.getWeights()).getDimSize(0), inner = in.indices->size();
    for (int64_t n = 0; n < outputs; ++n)
      for (int64_t k = 0; k < inner; ++k)
        permuted[n * inner + (*in.indices)[k]] = weights[n * inner + k];
    shape[0] = outputs;
    makeConv(op, in, shape, permuted, {1, outputs, 1, 1}, straight(outputs));
  }

  /// Rows that are the pixels of an image, columns its channels: a 1x1 convolution.
  void mapRows(QMatMulOp op, const Mapped& in, int64_t rows) {
    Shape shape(ranked(in.device).getShape());
    int64_t outputs = ranked(op.getWeights()).getDimSize(0),
            inner = ranked(op.getInput()).getDimSize(1);
    bool pixels = shape[1] == inner && shape[2] * shape[3] == rows;
    for (int64_t i = 0; pixels && i < rows * inner; ++i)
      pixels = (*in.indices)[i] == i % inner * rows + i / inner;
    if (!pixels)
      throw NotLowered("its " + std::to_string(rows) + " rows are not the pixels of an image");
    Integers indices(rows * outputs);
    for (int64_t i = 0; i < rows * outputs; ++i)
      indices[i] = i % outputs * rows + i / outputs;
    makeConv(op, in, {outputs, inner, 1, 1}, integersOf(constantOf(op.getWeights())),
             {1, outputs, shape[2], shape[3]}, shared(std::move(indices)));
  }

  void makeConv(QMatMulOp op, const Mapped& in, const Shape& kernel, const Integers& weights,
                const Shape& result, Indices indices) {
    mlir::Value w = makeConstant(builder_, op.getLoc(), kernel, builder_.getI8Type(), weights);
    Shape ones{1, 1}, pads{0, 0, 0, 0};
    auto type = mlir::RankedTensorType::get(result, builder_.getI32Type());
    auto conv = QConvOp::create(builder_, op.getLoc(), type, in.device, w, parameter(op.getBias()),
                                ones, pads, ones, 1, 0);
    values_[op.getResult()] = {conv, std::move(indices)};
  }

  void mapAdd(QAddOp op) {
    Mapped a = at(op.getA());
    mlir::Value b = addend(op, a);
    mlir::OperationState state(op.getLoc(), op->getName(), mlir::ValueRange{a.device, b},
                               a.device.getType(), op->getAttrs());
    values_[op.getResult()] = {builder_.create(state)->getResult(0), a.indices};
  }

  /// The first operand of the result's shape gives the numbering; the others follow it.
  void mapElements(MapOp op) {
    auto whole = llvm::find_if(op.getInputs(), [&](mlir::Value input) {
      return !constantOf(input) && ranked(input).getShape() == ranked(op.getResult()).getShape();
    });
    if (whole == op.getInputs().end())
      throw NotLowered("none of its operands has the result's shape");
    Mapped a = at(*whole);
    llvm::SmallVector<mlir::Value> operands;
    for (mlir::Value input : op.getInputs())
      operands.push_back(input == *whole ? a.device : follow(op.getLoc(), *whole, input, a));
    mlir::IRMapping mapping;
    mapping.map(op.getInputs(), operands);
    mlir::Operation* copy = builder_.clone(*op, mapping);
    copy->getResult(0).setType(ranked(a.device).clone(ranked(op.getResult()).getElementType()));
    values_[op.getResult()] = {copy->getResult(0), a.indices};
  }

  /// The second operand in a's numbering.
  mlir::Value addend(QAddOp op, const Mapped& a) {
    return follow(op.getLoc(), op.getA(), op.getB(), a);
  }

  /// `second` in the numbering of `first`, which is at a.
  mlir::Value follow(mlir::Location location, mlir::Value first, mlir::Value second,
                     const Mapped& a) {
    auto a_type = ranked(first), b_type = ranked(second);
    bool is_plain = isIdentity(*a.indices) &&
                    Shape(ranked(a.device).getShape()) == deviceShape(a_type.getShape());
    auto constant = constantOf(second);
    if (constant && !is_plain)
      return permuted(location, a_type, constant, a);
    Mapped b = at(second);
    bool same = b.device.getType() == a.device.getType() && *b.indices == *a.indices;
    bool channels = is_plain && isIdentity(*b.indices) && a_type != b_type;
    if (!same && !channels && !(constant && is_plain))
      throw NotLowered("its operands lie differently in memory");
    return b.device;
  }

  /// A constant, spread over a's old shape, in the order of a's elements on the device.
  mlir::Value permuted(mlir::Location location, mlir::RankedTensorType type,
                       mlir::DenseElementsAttr constant, const Mapped& a) {
    if (!constant.getElementType().isInteger(8))
      throw NotLowered("a constant has one value a channel, and its other operand is a view");
    Integers source = integersOf(constant), result(a.indices->size());
    int64_t inner = 1;
    for (int64_t dim : type.getShape().drop_front(std::min<int64_t>(2, type.getRank())))
      inner *= dim;
    bool whole = source.size() == result.size();
    for (size_t i = 0; i < result.size(); ++i)
      result[(*a.indices)[i]] = source[whole ? i : i / inner % source.size()];
    return makeConstant(builder_, location, ranked(a.device).getShape(), builder_.getI8Type(),
                        result);
  }

  void mapReturn(mlir::func::ReturnOp op) {
    llvm::SmallVector<mlir::Value> results;
    for (mlir::Value operand : op.getOperands()) {
      Mapped out = at(operand);
      if (!isIdentity(*out.indices))
        throw NotLowered("an output is transposed, which would have to move data");
      results.push_back(out.device);
    }
    mlir::func::ReturnOp::create(builder_, op.getLoc(), results);
  }

  mlir::func::FuncOp main_;
  mlir::OpBuilder builder_;
  llvm::DenseMap<mlir::Value, Mapped> values_;
  std::map<int64_t, Indices> straight_;
};

bool isLowered(mlir::Operation& op) {
  return isView(&op) || llvm::isa<ConstantOp, QConvOp, QMatMulOp, RequantOp, RescaleOp, QAddOp,
                                  QMaxPoolOp, QAvgPoolOp, MapOp, mlir::func::ReturnOp>(op);
}

bool isByte(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  return type && type.getElementType().isInteger(8);
}

struct FoldViews : impl::FoldViewsBase<FoldViews> {
  void runOnOperation() override {
    mlir::Block& body = getOperation().getBody().front();
    bool ready = llvm::all_of(body, isLowered) && llvm::all_of(body.getArguments(), isByte) &&
                 llvm::all_of(body.getTerminator()->getOperands(), isByte);
    if (ready) // graph-check reports the rest
      ViewFolder(getOperation()).run();
  }
};

} // namespace
} // namespace npuforge::graph
