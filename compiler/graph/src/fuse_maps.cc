// graph-fuse-maps: element-wise operators between dequantizes and a quantize become one map on 8
// bits.
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/in_words.h"
#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/graph/values.h"

#include "lowering.h"
#include "map_interpreter.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_FUSEMAPS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

namespace arith = mlir::arith;
namespace math = mlir::math;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

bool isElementwise(mlir::Operation* op) {
  return llvm::isa_and_present<MapOp, AddOp, ReluOp, ClipOp>(op);
}

bool isDequantized(mlir::Value value) {
  return llvm::isa_and_present<DequantizeOp>(value.getDefiningOp());
}

/// The element-wise operators behind a value, each once, operands before users.
void collect(mlir::Value value, llvm::SetVector<mlir::Operation*>& chain) {
  mlir::Operation* op = value.getDefiningOp();
  if (!isElementwise(op) || chain.contains(op))
    return;
  for (mlir::Value operand : op->getOperands())
    collect(operand, chain);
  chain.insert(op);
}

/// Does graph-lower-qdq have an integer operator for the whole chain?
bool isInteger(const llvm::SetVector<mlir::Operation*>& chain) {
  int sums = 0;
  for (mlir::Operation* op : chain) {
    if (llvm::isa<MapOp>(op))
      return false;
    if (llvm::isa<AddOp>(op) && (++sums > 1 || !llvm::all_of(op->getOperands(), isDequantized)))
      return false;
  }
  return true;
}

/// Numpy's broadcasting puts missing dimensions first.
llvm::SmallVector<int64_t> padded(llvm::ArrayRef<int64_t> shape, size_t rank) {
  llvm::SmallVector<int64_t> result(rank - std::min(rank, shape.size()), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

/// Does dimension 1 alone vary?
bool isChannels(llvm::ArrayRef<int64_t> shape) {
  for (size_t i = 0; i < shape.size(); ++i)
    if (i != 1 && shape[i] != 1)
      return false;
  return shape.size() > 1;
}

/// Is the result of each of the 256 integers the integer itself? So it is where a factor and the
/// scale behind it make up for each other, as in attention.
bool isIdentity(MapOp map) {
  if (map.getInputs().size() != 1 || map.getInputs()[0].getType() != map.getType())
    return false;
  std::vector<int32_t> all;
  for (int32_t i = -128; i < 128; ++i)
    all.push_back(i);
  try {
    return evaluateBody(map.getBody().front(), {all}, static_cast<int64_t>(all.size())) == all;
  } catch (const InterpreterError&) {
    return false; // nobody knows
  }
}

class Fusion {
public:
  Fusion(QuantizeOp quantize, const llvm::SetVector<mlir::Operation*>& chain)
      : quantize_(quantize), chain_(chain), shape_(ranked(quantize.getInput()).getShape()),
        builder_(quantize), block_(new mlir::Block()) {}
  ~Fusion() { delete block_; }

  /// Throws NotLowered.
  void run() {
    scalars().setInsertionPointToStart(block_);
    for (mlir::Operation* op : chain_)
      values_[op->getResult(0)] = element(op);
    mlir::Value result = quantised(at(quantize_.getInput()));
    YieldOp::create(body_, location(), result);
    if (!llvm::any_of(inputs_, [&](mlir::Value input) {
          return !constantValue(input) && ranked(input).getShape() == shape_;
        }))
      throw NotLowered("none of its operands has the result's shape");
    auto map = MapOp::create(builder_, location(), quantize_.getType(), inputs_);
    map.getBody().push_back(block_);
    block_ = nullptr;
    if (isIdentity(map) && drops(map))
      return;
    giveValue(quantize_, map.getResult());
    quantize_.getResult().replaceAllUsesWith(map.getResult());
  }

private:
  bool drops(MapOp map) {
    if (!allowed(map, kDropRescale)) {
      refused(map.getLoc(), kDropRescale, "turned off");
      return false;
    }
    taken(map.getLoc(), kDropRescale, "changes no integer");
    quantize_.getResult().replaceAllUsesWith(map.getInputs()[0]);
    map.erase();
    return true;
  }

  mlir::OpBuilder& scalars() { return body_; }
  mlir::Location location() const { return chain_.back()->getLoc(); }

  mlir::Value number(float value) {
    return arith::ConstantOp::create(body_, location(), body_.getF32FloatAttr(value));
  }

  /// An f32 value of the network as an element in the body.
  mlir::Value at(mlir::Value value) {
    mlir::Value& element = values_[value];
    if (!element)
      element = leaf(value);
    return element;
  }

  mlir::Value leaf(mlir::Value value) {
    if (constantValue(value))
      return constant(value);
    auto dequantize = value.getDefiningOp<DequantizeOp>();
    if (!dequantize)
      throw NotLowered("an operand is not quantised: no DequantizeLinear before it");
    bool is_constant = constantValue(dequantize.getInput()) != nullptr;
    llvm::SmallVector<int64_t> shape = padded(ranked(value).getShape(), shape_.size());
    bool is_vector = ranked(value).getNumElements() == 1 || isChannels(shape);
    if (is_constant && (is_vector || dequantize.getScales().size() > 1))
      return constant(value);
    return activation(dequantize, shape, is_constant);
  }

  mlir::Value activation(DequantizeOp dequantize, llvm::ArrayRef<int64_t> shape, bool is_constant) {
    Quantised x = graph::quantised(dequantize.getResult(), "an operand");
    if (shape != shape_ && !(isChannels(shape) && shape[1] == shape_[1]))
      throw NotLowered(is_constant
                           ? "a constant operand broadcasts along other dimensions than height "
                             "and width"
                           : "it broadcasts along other dimensions than height and width");
    if (is_constant)
      x.value = makeConstant(builder_, location(), shape, builder_.getI8Type(),
                             integers(constantValue(x.value)));
    else if (shape != ranked(x.value).getShape())
      x.value = ReshapeOp::create(builder_, location(), ranked(x.value).clone(shape), x.value,
                                  llvm::ArrayRef<int64_t>(shape), false);
    mlir::Value element = argument(x.value);
    element = arith::SIToFPOp::create(body_, location(), body_.getF32Type(), element);
    if (x.zero_point != 0)
      element = arith::SubFOp::create(body_, location(), element,
                                      number(static_cast<float>(x.zero_point)));
    return arith::MulFOp::create(body_, location(), element, number(static_cast<float>(x.scale)));
  }

  mlir::Value argument(mlir::Value input) {
    inputs_.push_back(input);
    return block_->addArgument(ranked(input).getElementType(), location());
  }

  /// One number, or one for each channel.
  mlir::Value constant(mlir::Value value) {
    auto reals = realsOf(value);
    if (!reals || reals->empty())
      throw NotLowered("a constant operand is not f32");
    if (llvm::all_equal(*reals))
      return number(static_cast<float>(reals->front()));
    auto shape = padded(ranked(value).getShape(), shape_.size());
    if (!isChannels(shape) || shape[1] != shape_[1])
      throw NotLowered("a constant operand varies along other dimensions than the channels");
    std::vector<float> numbers(reals->begin(), reals->end());
    auto type = mlir::RankedTensorType::get(shape, builder_.getF32Type());
    return argument(
        ConstantOp::create(builder_, location(), type,
                           mlir::DenseElementsAttr::get(type, llvm::ArrayRef<float>(numbers))));
  }

  mlir::Value element(mlir::Operation* op) {
    llvm::SmallVector<mlir::Value> operands;
    for (mlir::Value operand : op->getOperands())
      operands.push_back(at(operand));
    mlir::Location here = op->getLoc();
    if (llvm::isa<AddOp>(op))
      return arith::AddFOp::create(body_, here, operands[0], operands[1]);
    if (llvm::isa<ReluOp>(op))
      return arith::MaximumFOp::create(body_, here, operands[0], number(0));
    if (auto clip = llvm::dyn_cast<ClipOp>(op)) {
      auto bound = [](const llvm::APFloat& x) { return static_cast<float>(x.convertToDouble()); };
      mlir::Value above =
          arith::MaximumFOp::create(body_, here, operands[0], number(bound(clip.getLow())));
      return arith::MinimumFOp::create(body_, here, above, number(bound(clip.getHigh())));
    }
    return inlined(llvm::cast<MapOp>(op), operands);
  }

  mlir::Value inlined(MapOp map, llvm::ArrayRef<mlir::Value> operands) {
    mlir::IRMapping mapping;
    mlir::Block& body = map.getBody().front();
    mapping.map(body.getArguments(), operands);
    for (mlir::Operation& op : body.without_terminator())
      body_.clone(op, mapping);
    return mapping.lookup(llvm::cast<YieldOp>(body.getTerminator()).getValue());
  }

  /// saturate(round_half_even(x / scale) + zero point)
  mlir::Value quantised(mlir::Value x) {
    mlir::Value q = arith::DivFOp::create(body_, location(), x, number(quantize_.getScales()[0]));
    if (int32_t zero = quantize_.getZeroPoints()[0]) {
      q = math::RoundEvenOp::create(body_, location(), q);
      q = arith::AddFOp::create(body_, location(), q, number(static_cast<float>(zero)));
    }
    return ToIntOp::create(body_, location(), body_.getI8Type(), q);
  }

  QuantizeOp quantize_;
  const llvm::SetVector<mlir::Operation*>& chain_;
  llvm::ArrayRef<int64_t> shape_; ///< of the result
  mlir::OpBuilder builder_, body_{builder_.getContext()};
  mlir::Block* block_;
  llvm::SmallVector<mlir::Value> inputs_;
  llvm::DenseMap<mlir::Value, mlir::Value> values_;
};

void fuse(QuantizeOp quantize) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(quantize.getInput().getType());
  if (!type || !type.hasStaticShape() || quantize.getScales().size() != 1)
    return;
  llvm::SetVector<mlir::Operation*> chain;
  collect(quantize.getInput(), chain);
  if (isInteger(chain) || isInWords(chain.back()))
    return;
  try {
    Fusion(quantize, chain).run();
  } catch (const NotLowered&) {
    // it stays f32
  }
}

struct FuseMaps : impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    mlir::Block& body = getOperation().getBody().front();
    for (mlir::Operation& op : llvm::make_early_inc_range(body))
      if (auto quantize = llvm::dyn_cast<QuantizeOp>(op))
        fuse(quantize);
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace npuforge::graph
