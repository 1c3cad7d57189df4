#include "npuforge/compiler/graph/interpreter.h"

#include <bit>
#include <map>

#include <llvm/ADT/TypeSwitch.h>

#include "npuforge/compiler/graph/scale.h"

#include "constants.h"
#include "map_interpreter.h"

namespace npuforge::graph {
namespace {

using Words = std::vector<int32_t>;

struct Image {
  int64_t channels, height, width;
  const Words* values;

  bool holds(int64_t y, int64_t x) const { return y >= 0 && y < height && x >= 0 && x < width; }
  int64_t at(int64_t c, int64_t y, int64_t x) const {
    return (*values)[(c * height + y) * width + x];
  }
};

class Interpreter {
public:
  std::vector<Words> run(mlir::func::FuncOp main, const std::vector<Words>& inputs) {
    mlir::Block& body = main.getBody().front();
    if (inputs.size() != body.getNumArguments())
      throw InterpreterError("the number of inputs is wrong");
    for (auto [argument, input] : llvm::zip(body.getArguments(), inputs)) {
      if (llvm::cast<mlir::ShapedType>(argument.getType()).getNumElements() !=
          static_cast<int64_t>(input.size()))
        throw InterpreterError("an input has the wrong size");
      values_[argument] = input;
    }
    for (mlir::Operation& op : body.without_terminator())
      evaluate(&op);
    std::vector<Words> results;
    for (mlir::Value result : body.getTerminator()->getOperands())
      results.push_back(values_.at(result));
    return results;
  }

private:
  void evaluate(mlir::Operation* op) {
    values_[op->getResult(0)] =
        llvm::TypeSwitch<mlir::Operation*, Words>(op)
            .Case<ConstantOp, QConvOp, RequantOp, RescaleOp, QAddOp, QMaxPoolOp, QAvgPoolOp, MapOp>(
                [&](auto typed) { return compute(typed); })
            .Default([](mlir::Operation* other) -> Words {
              throw InterpreterError("node '" + nodeName(other->getLoc()) +
                                     "': " + other->getName().getStringRef().str() +
                                     " is not a lowered operation");
            });
  }

  Image image(mlir::Value value) {
    auto shape = llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
    return {shape[1], shape[2], shape[3], &values_.at(value)};
  }

  static Image extents(mlir::Value value) {
    auto shape = llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
    return {shape[1], shape[2], shape[3], nullptr};
  }

  Words compute(MapOp op) {
    std::vector<const Words*> operands;
    for (mlir::Value input : op.getInputs())
      operands.push_back(&values_.at(input));
    return evaluateMap(op, operands);
  }

  Words compute(ConstantOp op) {
    if (auto value = llvm::cast<mlir::DenseElementsAttr>(op.getValue());
        value.getElementType().isF32()) {
      Words bits;
      for (float real : floatsOf(value))
        bits.push_back(std::bit_cast<int32_t>(real));
      return bits;
    }
    std::vector<int64_t> wide = integers(llvm::cast<mlir::DenseElementsAttr>(op.getValue()));
    return Words(wide.begin(), wide.end());
  }

  Words compute(QConvOp op) {
    Image in = image(op.getInput()), out = extents(op.getResult());
    auto shape = llvm::cast<mlir::RankedTensorType>(op.getWeights().getType()).getShape();
    const Words &weights = values_.at(op.getWeights()), &bias = values_.at(op.getBias());
    Words result;
    for (int64_t o = 0; o < out.channels; ++o)
      for (int64_t y = 0; y < out.height; ++y)
        for (int64_t x = 0; x < out.width; ++x) {
          int64_t sum = bias[o];
          for (int64_t c = 0; c < shape[1]; ++c)
            for (int64_t i = 0; i < shape[2]; ++i)
              for (int64_t j = 0; j < shape[3]; ++j) {
                int64_t row = y * op.getStrides()[0] + i * op.getDilations()[0] - op.getPads()[0];
                int64_t column =
                    x * op.getStrides()[1] + j * op.getDilations()[1] - op.getPads()[1];
                int64_t channel = op.getGroups() == 1 ? c : o;
                int64_t tap = in.holds(row, column) ? in.at(channel, row, column) : op.getFill();
                sum += tap * weights[((o * shape[1] + c) * shape[2] + i) * shape[3] + j];
              }
          result.push_back(static_cast<int32_t>(sum));
        }
    return result;
  }

  Words compute(RequantOp op) {
    const Words &in = values_.at(op.getInput()), &multiplier = values_.at(op.getMultiplier()),
                &shift = values_.at(op.getShift());
    size_t pixels = in.size() / multiplier.size();
    Words result;
    for (size_t i = 0; i < in.size(); ++i) {
      size_t o = i / pixels;
      result.push_back(
          finish(op, round_shift(static_cast<__int128>(in[i]) * multiplier[o], shift[o])));
    }
    return result;
  }

  Words compute(RescaleOp op) {
    Words result;
    for (int64_t x : values_.at(op.getInput()))
      result.push_back(
          finish(op, round_shift((x - op.getZeroX()) * op.getMultiplier(), op.getShift())));
    return result;
  }

  Words compute(QAddOp op) {
    const Words &a = values_.at(op.getA()), &b = values_.at(op.getB());
    size_t each = a.size() / b.size(); // b: as large as a, or one value for each channel
    Words result;
    for (size_t i = 0; i < a.size(); ++i) {
      int64_t left = (a[i] - op.getZeroA()) * op.getMultA(),
              right = (b[i / each] - op.getZeroB()) * op.getMultB();
      result.push_back(finish(op, round_shift(static_cast<__int128>(left) + right, op.getShift())));
    }
    return result;
  }

  /// Calls visit(value) for the window's taps inside the image.
  template <typename Op, typename Visit>
  void taps(Op op, const Image& in, llvm::ArrayRef<int64_t> dilations, int64_t c, int64_t y,
            int64_t x, Visit visit) {
    for (int64_t i = 0; i < op.getKernel()[0]; ++i)
      for (int64_t j = 0; j < op.getKernel()[1]; ++j) {
        int64_t row = y * op.getStrides()[0] + i * dilations[0] - op.getPads()[0];
        int64_t column = x * op.getStrides()[1] + j * dilations[1] - op.getPads()[1];
        if (in.holds(row, column))
          visit(in.at(c, row, column));
      }
  }

  /// Calls pool(channel, y, x) for each element of the result.
  template <typename Pool>
  static Words pool(const Image& out, Pool pool) {
    Words result;
    for (int64_t c = 0; c < out.channels; ++c)
      for (int64_t y = 0; y < out.height; ++y)
        for (int64_t x = 0; x < out.width; ++x)
          result.push_back(pool(c, y, x));
    return result;
  }

  Words compute(QMaxPoolOp op) {
    Image in = image(op.getInput());
    return pool(extents(op.getResult()), [&](int64_t c, int64_t y, int64_t x) {
      int64_t best = -128;
      taps(op, in, op.getDilations(), c, y, x,
           [&](int64_t value) { best = std::max(best, value); });
      return static_cast<int32_t>(clamp_to(best, op.getLow(), op.getHigh()));
    });
  }

  Words compute(QAvgPoolOp op) {
    Image in = image(op.getInput());
    int64_t whole = op.getKernel()[0] * op.getKernel()[1];
    return pool(extents(op.getResult()), [&](int64_t c, int64_t y, int64_t x) {
      int64_t sum = 0, count = 0;
      taps(op, in, {1, 1}, c, y, x, [&](int64_t value) {
        sum += value - op.getZeroX();
        ++count;
      });
      Ratio ratio{op.getMultiplier(), op.getShift()};
      if (!op.getCountIncludePad() && count < whole && count > 0)
        ratio = make_ratio(op.getScale().convertToDouble() / static_cast<double>(count)).value();
      return finish(op, round_shift(static_cast<__int128>(sum) * ratio.multiplier, ratio.shift));
    });
  }

  template <typename Op>
  static int32_t finish(Op op, int64_t rounded) {
    return static_cast<int32_t>(clamp_to(rounded + op.getZeroPoint(), op.getLow(), op.getHigh()));
  }

  std::map<mlir::Value, Words, bool (*)(mlir::Value, mlir::Value)> values_{
      [](mlir::Value a, mlir::Value b) { return a.getAsOpaquePointer() < b.getAsOpaquePointer(); }};
};

} // namespace

std::vector<Words> interpret(mlir::func::FuncOp main, const std::vector<Words>& inputs) {
  return Interpreter().run(main, inputs);
}

} // namespace npuforge::graph
