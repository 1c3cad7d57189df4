#include "npuforge/compiler/graph/bound.h"

#include <algorithm>
#include <numeric>

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/control.h"

namespace npuforge::graph {
namespace {

using Shape = llvm::ArrayRef<int64_t>;

int64_t ceilDiv(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

mlir::RankedTensorType typeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

int64_t product(Shape extents) {
  return std::accumulate(extents.begin(), extents.end(), int64_t{1}, std::multiplies<>());
}

double bytesOf(mlir::Value value) {
  auto type = typeOf(value);
  return static_cast<double>(type.getNumElements() * ceilDiv(type.getElementTypeBitWidth(), 8));
}

/// Work that either of two units can do.
struct Shared {
  double array, vector;
};

class Sums {
public:
  explicit Sums(const Resources& resources) : r_(resources) {}

  void add(mlir::Operation& op) {
    if (isControl(op)) // may do nothing
      return;
    llvm::TypeSwitch<mlir::Operation*>(&op)
        .Case<QConvOp>([&](auto conv) { add(conv); })
        .Case<ConvolveOp>([&](auto conv) { add(conv); })
        .Case<ContractOp>([&](auto contract) { add(contract); })
        .Case<RequantOp, QAddOp, RescaleOp, QMaxPoolOp, QAvgPoolOp, MapOp>(
            [&](auto made) { vectorRows(typeOf(made.getResult()).getNumElements()); })
        .Case<ReduceOp>(
            [&](auto reduce) { vectorRows(typeOf(reduce.getInput()).getNumElements()); })
        .Case<PoolOp>([&](auto pool) { vectorRows(typeOf(pool.getResult()).getNumElements()); });
    for (mlir::Value operand : op.getOperands())
      if (auto constant = operand.getDefiningOp<ConstantOp>();
          constant && counted_.insert(operand).second)
        bound_.dram += bytesOf(operand);
  }

  void addPort(mlir::Value value) { bound_.dram += bytesOf(value); }

  Bound finish() {
    divide();
    bound_.dram /= static_cast<double>(r_.dram_bytes);
    return bound_;
  }

private:
  /// `bytes` of an operand's element: its rows take as many cycles.
  double blocks(int64_t sum, int64_t outputs, int64_t streamed, int64_t bytes) const {
    double cycles = 0;
    for (int64_t done = 0; done < sum; done += r_.rows)
      cycles += static_cast<double>(std::max(streamed, std::min(r_.rows, sum - done)));
    return cycles * static_cast<double>(bytes * ceilDiv(outputs, r_.cols));
  }

  void vectorRows(int64_t elements) {
    bound_.vector += static_cast<double>(elements) / static_cast<double>(r_.lanes);
  }

  void add(QConvOp conv) {
    Shape weights = typeOf(conv.getWeights()).getShape(), out = typeOf(conv.getResult()).getShape();
    const int64_t taps = weights[2] * weights[3], pixels = out[0] * out[2] * out[3];
    if (conv.getGroups() == 1)
      bound_.array += blocks(weights[1] * taps, out[1], pixels, 1);
    else
      depthwise(taps, out[1], pixels);
  }

  void add(ConvolveOp conv) {
    Shape weights = typeOf(conv.getWeights()).getShape(), out = typeOf(conv.getResult()).getShape();
    const int64_t taps = product(weights.drop_back(2)), channels = weights[weights.size() - 2],
                  pixels = product(out.drop_back()), groups = conv.getGroups();
    if (channels == 1 && groups == out.back())
      depthwise(taps, groups, pixels);
    else
      bound_.array +=
          static_cast<double>(groups) *
          blocks(taps * channels, out.back() / groups, pixels, elementBytes(conv, conv.getInput()));
  }

  /// A row or a column of ones sums the other operand up. That takes nothing of the array: the
  /// rows of ones may go with those of another product of the operand, and networks whose zero
  /// points are made up for have no such sums themselves.
  static bool isSum(ContractOp contract) {
    auto isOnes = [](mlir::Value value, int64_t extent) {
      mlir::DenseElementsAttr known;
      if (auto constant = value.getDefiningOp<ConstantOp>())
        known = llvm::dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
      if (extent != 1 || !known || !known.isSplat())
        return false;
      if (llvm::isa<mlir::IntegerType>(known.getElementType()))
        return known.getSplatValue<llvm::APInt>().isOne();
      return known.getSplatValue<llvm::APFloat>().isExactlyValue(1.0);
    };
    Shape out = typeOf(contract.getResult()).getShape();
    return isOnes(contract.getLhs(), out[1]) || isOnes(contract.getRhs(), out[2]);
  }

  void add(ContractOp contract) {
    if (isSum(contract))
      return;
    Shape rhs = typeOf(contract.getRhs()).getShape(), out = typeOf(contract.getResult()).getShape();
    const bool shared = rhs[0] == 1; // one matrix for all batches
    bound_.array += static_cast<double>(shared ? 1 : out[0]) *
                    blocks(rhs[1], out[2], shared ? out[0] * out[1] : out[1],
                           elementBytes(contract, contract.getLhs()));
  }

  template <typename Op>
  static int64_t elementBytes(Op op, mlir::Value operand) {
    if (auto precision = op.getPrecision(); precision && *precision != "f32")
      return 2;
    return ceilDiv(typeOf(operand).getElementTypeBitWidth(), 8);
  }

  void depthwise(int64_t taps, int64_t channels, int64_t pixels) {
    double work = static_cast<double>(taps * pixels);
    shared_.push_back({work * static_cast<double>(ceilDiv(channels, std::min(r_.rows, r_.cols))),
                       work * static_cast<double>(ceilDiv(channels, r_.lanes))});
  }

  /// Gives the vector unit what suits it best, in parts if need be, until both units have as much.
  void divide() {
    std::sort(shared_.begin(), shared_.end(), [](const Shared& a, const Shared& b) {
      return a.vector * b.array < b.vector * a.array;
    });
    for (const Shared& work : shared_)
      bound_.array += work.array;
    for (const Shared& work : shared_) {
      double part = (bound_.array - bound_.vector) / (work.array + work.vector);
      part = std::clamp(part, 0.0, 1.0);
      bound_.array -= part * work.array;
      bound_.vector += part * work.vector;
    }
  }

  const Resources r_;
  Bound bound_;
  std::vector<Shared> shared_;
  llvm::DenseSet<mlir::Value> counted_;
};

} // namespace

double Bound::cycles() const {
  return std::max({array, vector, dram});
}

Bound lowerBound(mlir::func::FuncOp main, const Resources& resources) {
  Sums sums(resources);
  for (mlir::BlockArgument argument : main.getArguments())
    sums.addPort(argument);
  for (mlir::Operation& op : main.getBody().front().without_terminator())
    sums.add(op);
  for (mlir::Value result : main.getBody().front().getTerminator()->getOperands())
    sums.addPort(result);
  return sums.finish();
}

Bound lowerBound(llvm::ArrayRef<mlir::Operation*> operations, const Resources& resources) {
  Sums sums(resources);
  for (mlir::Operation* op : operations)
    sums.add(*op);
  return sums.finish();
}

} // namespace npuforge::graph
