// graph-fold-views: every tensor of an integer operator gets its 4-D form in blocks of channels. A
// view only changes how such a tensor's elements are numbered; matrix products absorb that into the
// order of their weights, the interface into its shape. All other operators take and make the
// network's own tensors; what the one kind makes and the other reads crosses between them.
#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/values.h"

#include "fold_ends.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_FOLDVIEWS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using Shape = llvm::SmallVector<int64_t>;
using Bytes = std::vector<int8_t>;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

class ViewFolder {
public:
  explicit ViewFolder(mlir::func::FuncOp main)
      : main_(main), builder_(main.getContext()), values_(builder_), in_blocks_(main),
        ends_(main, builder_, values_, in_blocks_) {
    for (mlir::Operation& op : main_.getBody().front())
      in_blocks_.follow(op);
  }

  /// Throws nothing: what cannot be done is noted on its operation, and the function is then left
  /// as it was.
  void run() {
    mlir::Block& old = main_.getBody().front();
    mlir::Block* fresh = new mlir::Block();
    builder_.setInsertionPointToStart(fresh);
    bool ok = attempt(old.front(), [&] {
      for (mlir::BlockArgument argument : old.getArguments())
        ends_.argument(fresh, argument);
    });
    for (mlir::Operation& op : old)
      ok = ok && attempt(op, [&] {
             map(&op);
             noteOrder(op);
           });
    if (!ok) {
      fresh->dropAllReferences();
      delete fresh;
      return;
    }
    main_.getBody().push_back(fresh);
    old.dropAllReferences();
    old.erase();
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(*fresh)))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
    main_.setFunctionType(builder_.getFunctionType(fresh->getArgumentTypes(),
                                                   fresh->getTerminator()->getOperandTypes()));
    ends_.unbind();
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

  /// Elements in another order than the network's are no value of it.
  void noteOrder(mlir::Operation& op) {
    if (isView(&op) || op.getNumResults() != 1)
      return;
    const Mapped* made = values_.known(op.getResult(0));
    mlir::Operation* maker = made ? made->device.getDefiningOp() : nullptr;
    if (maker && !isIdentity(*made->indices))
      dropValue(maker);
  }

  void map(mlir::Operation* op) {
    llvm::TypeSwitch<mlir::Operation*>(op)
        .Case<ReshapeOp, FlattenOp, TransposeOp>([&](auto view) { values_.view(view); })
        .Case<ConstantOp>([](auto) {}) // made where it is used
        .Case<QMatMulOp>([&](auto product) { mapMatMul(product); })
        .Case<RequantOp>([&](auto requant) { mapRequant(requant); })
        .Case<QAddOp>([&](auto add) { mapAdd(add); })
        .Case<MapOp>([&](auto map) { mapElements(map); })
        .Case<RescaleOp>([&](auto rescale) { mapUnary(rescale, values_.at(rescale.getInput())); })
        .Case<QConvOp, QMaxPoolOp, QAvgPoolOp>([&](auto window) { mapWindow(window); })
        .Case<mlir::func::ReturnOp>([&](auto end) { ends_.end(end); })
        .Default([&](mlir::Operation* other) { values_.copy(other); });
  }

  /// A copy over another operand; results keep the operand's numbering.
  void mapUnary(mlir::Operation* op, const Mapped& in) {
    auto type = ranked(in.device).clone(ranked(op->getResult(0)).getElementType());
    mlir::OperationState state(op->getLoc(), op->getName(), in.device, type, op->getAttrs());
    values_.setBlocks(op->getResult(0),
                      {builder_.create(state)->getResult(0), in.indices, in.steps, in.layout});
  }

  void mapRequant(RequantOp op) {
    Mapped in = values_.at(op.getInput());
    auto type = ranked(in.device).clone(ranked(op.getResult()).getElementType());
    auto copy = RequantOp::create(
        builder_, op.getLoc(), type, in.device, values_.parameter(op.getMultiplier()),
        values_.parameter(op.getShift()), op.getZeroPoint(), op.getLow(), op.getHigh());
    copy->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    values_.setBlocks(op.getResult(), {copy, in.indices, in.steps, in.layout});
  }

  /// Windows slide over height and width, so the operand must have them as the network sees them.
  void mapWindow(mlir::Operation* op) {
    mlir::Value input = op->getOperand(0);
    Mapped in = values_.at(input);
    if (in.device.getType() != input.getType() || !isIdentity(*in.indices))
      in = values_.relaid(input, Layout::Plain);
    llvm::SmallVector<mlir::Value> operands{in.device};
    for (mlir::Value operand : llvm::drop_begin(op->getOperands()))
      operands.push_back(values_.parameter(operand));
    mlir::OperationState state(op->getLoc(), op->getName(), operands, op->getResultTypes(),
                               op->getAttrs());
    mlir::Value result = builder_.create(state)->getResult(0);
    values_.setBlocks(op->getResult(0), {result, values_.straight(ranked(result).getNumElements()),
                                         plainSteps(ranked(result).getShape()), Layout::Plain});
  }

  void mapMatMul(QMatMulOp op) {
    const int64_t rows = ranked(op.getInput()).getDimSize(0);
    if (rows == 1)
      return mapRow(op, values_.at(op.getInput()));
    Mapped in = values_.at(op.getInput(), Layout::Rows);
    if (!areRows(in, rows))
      in = values_.relaid(op.getInput(), Layout::Rows);
    mapRows(op, in, rows);
  }

  /// One row: a kernel as large as the input, its weights in the order of the input's elements.
  void mapRow(QMatMulOp op, const Mapped& in) {
    Shape shape(ranked(in.device).getShape());
    Bytes weights = bytes(constantValue(op.getWeights())), permuted(weights.size());
    int64_t outputs = ranked(op.getWeights()).getDimSize(0), inner = in.indices->size();
    for (int64_t n = 0; n < outputs; ++n)
      for (int64_t k = 0; k < inner; ++k)
        permuted[n * inner + (*in.indices)[k]] = weights[n * inner + k];
    shape[0] = outputs;
    values_.setBlocks(op.getResult(),
                      {makeConv(op, in, shape, permuted, {1, outputs, 1, 1}),
                       values_.straight(outputs), plainSteps({1, outputs}), Layout::Plain});
  }

  /// Are the rows of [rows, K] the pixels of an image, the columns its channels?
  static bool areRows(const Mapped& in, int64_t rows) {
    llvm::ArrayRef<int64_t> shape = ranked(in.device).getShape();
    const int64_t all = in.indices->size(), inner = all / rows;
    bool pixels = shape[1] == inner && shape[2] * shape[3] == rows;
    for (int64_t i = 0; pixels && i < all; ++i)
      pixels = (*in.indices)[i] == i % inner * rows + i / inner;
    return pixels;
  }

  /// Rows that are pixels: a 1x1 convolution.
  void mapRows(QMatMulOp op, const Mapped& in, int64_t rows) {
    Shape shape(ranked(in.device).getShape());
    int64_t outputs = ranked(op.getWeights()).getDimSize(0);
    Integers indices(rows * outputs);
    for (int64_t i = 0; i < rows * outputs; ++i)
      indices[i] = i % outputs * rows + i / outputs;
    mlir::Value conv =
        makeConv(op, in, {outputs, shape[1], 1, 1}, bytes(constantValue(op.getWeights())),
                 {1, outputs, shape[2], shape[3]});
    values_.setBlocks(op.getResult(), {conv,
                                       std::make_shared<const Integers>(std::move(indices)),
                                       {{false, {rows, outputs}}},
                                       shape[3] == 1 ? Layout::Rows : Layout::Other});
  }

  mlir::Value makeConv(QMatMulOp op, const Mapped& in, const Shape& kernel, const Bytes& weights,
                       const Shape& result) {
    mlir::Value w = makeConstant(builder_, op.getLoc(), kernel, weights);
    Shape ones{1, 1}, pads{0, 0, 0, 0};
    auto type = mlir::RankedTensorType::get(result, builder_.getI32Type());
    return QConvOp::create(builder_, op.getLoc(), type, in.device, w,
                           values_.parameter(op.getBias()), ones, pads, ones, 1, 0);
  }

  // --- element-wise ---

  void mapAdd(QAddOp op) {
    llvm::SmallVector<mlir::Value> whole{op.getA()};
    if (op.getB().getType() == op.getType())
      whole.push_back(op.getB());
    auto [a, operands] = aligned(op, leading(whole));
    mlir::OperationState state(op.getLoc(), op->getName(), operands, a.device.getType(),
                               op->getAttrs());
    values_.setBlocks(op.getResult(),
                      {builder_.create(state)->getResult(0), a.indices, a.steps, a.layout});
  }

  /// Of operands of one shape the one whose numbering the result gets: rows if there are such,
  /// since matrix products make them and will read them.
  mlir::Value leading(llvm::ArrayRef<mlir::Value> whole) const {
    auto rows = llvm::find_if(whole, [&](mlir::Value value) {
      const Mapped* mapped = values_.known(value);
      return mapped && mapped->layout == Layout::Rows;
    });
    return rows == whole.end() ? whole.front() : *rows;
  }

  /// One operand of the result's shape gives the numbering; the others follow it. Without one in
  /// blocks, or where the others cannot follow, it is a tensor operator's map.
  void mapElements(MapOp op) {
    llvm::SmallVector<mlir::Value> whole;
    for (mlir::Value input : op.getInputs())
      if (values_.known(input) && ranked(input).getShape() == ranked(op.getResult()).getShape())
        whole.push_back(input);
    if (!in_blocks_.has(op.getResult()) || whole.empty())
      return values_.copy(op);
    try {
      auto [a, operands] = aligned(op, leading(whole));
      mlir::IRMapping mapping;
      mapping.map(op.getInputs(), operands);
      mlir::Operation* copy = builder_.clone(*op, mapping);
      copy->getResult(0).setType(ranked(a.device).clone(ranked(op.getResult()).getElementType()));
      values_.setBlocks(op.getResult(), {copy->getResult(0), a.indices, a.steps, a.layout});
    } catch (const NotLowered&) {
      values_.copy(op);
    }
  }

  /// All operands in the numbering of `first`, in fresh blocks where they cannot follow it. Throws
  /// NotLowered.
  std::pair<Mapped, llvm::SmallVector<mlir::Value>> aligned(mlir::Operation* op,
                                                            mlir::Value first) {
    Mapped a = values_.at(first);
    auto all = [&] {
      llvm::SmallVector<mlir::Value> operands;
      for (mlir::Value input : op->getOperands())
        operands.push_back(input == first ? a.device : follow(op->getLoc(), first, input, a));
      return operands;
    };
    try {
      return {a, all()};
    } catch (const NotLowered&) {
      a = values_.relaid(first, Layout::Plain);
      return {a, all()};
    }
  }

  /// `second` in the numbering of `first`, which is at a.
  mlir::Value follow(mlir::Location location, mlir::Value first, mlir::Value second,
                     const Mapped& a) {
    const bool is_plain = a.layout == Layout::Plain,
               same_shape = first.getType() == second.getType();
    auto constant = constantValue(second);
    if (constant && !is_plain)
      return permuted(location, ranked(first), constant, a);
    if (constant)
      return values_.at(second).device;
    if (!same_shape && !is_plain)
      throw NotLowered("one operand has a value a channel, the other is a view");
    Mapped b = values_.at(second, same_shape ? a.layout : Layout::Plain);
    auto follows = [&] {
      return same_shape ? b.device.getType() == a.device.getType() && *b.indices == *a.indices
                        : b.layout == Layout::Plain;
    };
    if (!follows() && a.layout != Layout::Other)
      b = values_.relaid(second, same_shape ? a.layout : Layout::Plain);
    if (!follows())
      throw NotLowered("its operands lie differently in memory");
    return b.device;
  }

  /// A constant, spread over a's old shape, in the order of a's elements on the device.
  mlir::Value permuted(mlir::Location location, mlir::RankedTensorType type,
                       mlir::DenseElementsAttr constant, const Mapped& a) {
    if (!constant.getElementType().isInteger(8))
      throw NotLowered("a constant has one value a channel, and its other operand is a view");
    Integers source = integers(constant), result(a.indices->size());
    int64_t inner = 1;
    for (int64_t dim : type.getShape().drop_front(std::min<int64_t>(2, type.getRank())))
      inner *= dim;
    bool whole = source.size() == result.size();
    for (size_t i = 0; i < result.size(); ++i)
      result[(*a.indices)[i]] = source[whole ? i : i / inner % source.size()];
    return makeConstant(builder_, location, ranked(a.device).getShape(), builder_.getI8Type(),
                        result);
  }

  mlir::func::FuncOp main_;
  mlir::OpBuilder builder_;
  FoldedValues values_;
  InBlocks in_blocks_;
  NetworkEnds ends_;
};

bool isStatic(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && tensor.hasStaticShape();
}

/// Behind nodes that are not supported shapes are not known.
bool isKnown(mlir::Operation& op) {
  return !llvm::isa<UnsupportedOp>(op) && llvm::all_of(op.getOperandTypes(), isStatic) &&
         llvm::all_of(op.getResultTypes(), isStatic);
}

struct FoldViews : impl::FoldViewsBase<FoldViews> {
  void runOnOperation() override {
    if (llvm::all_of(getOperation().getBody().front(), isKnown)) // graph-check reports the rest
      ViewFolder(getOperation()).run();
  }
};

} // namespace
} // namespace npuforge::graph
