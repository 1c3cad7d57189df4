// contract, convolve and pool in the reference interpreter: sums in f64 or i64, rounded once.
#include <cmath>
#include <limits>

#include "npuforge/compiler/graph/interpreter.h"

#include "reference_operators.h"

namespace npuforge::graph::reference {
namespace {

void finish(Tensor& result) {
  if (result.is_real())
    round_to(result.element, *result.reals);
  else
    wrap_to(result.element, *result.integers);
}

/// Windows over the middle dimensions of a tensor with channels last.
struct Window {
  llvm::ArrayRef<int64_t> strides, pads, dilations;

  /// Where in the input (all dimensions but the last, linear) a tap of a window lies; -1: outside.
  int64_t position(llvm::ArrayRef<int64_t> in, llvm::ArrayRef<int64_t> out,
                   llvm::ArrayRef<int64_t> tap) const {
    int64_t position = out[0];
    for (size_t i = 0; i < tap.size(); ++i) {
      int64_t at = out[i + 1] * strides[i] + tap[i] * dilations[i] - pads[i];
      if (at < 0 || at >= in[i + 1])
        return -1;
      position = position * in[i + 1] + at;
    }
    return position;
  }
};

} // namespace

Tensor in_precision(mlir::Operation* op, const Tensor& x) {
  auto precision = op->getAttrOfType<mlir::StringAttr>("precision");
  if (!precision || precision == "f32" || !x.element.isF32())
    return x;
  mlir::MLIRContext* context = x.element.getContext();
  mlir::Type type = precision == "f16" ? mlir::Type(mlir::Float16Type::get(context))
                                       : mlir::Type(mlir::BFloat16Type::get(context));
  Tensor result = x;
  result.reals = std::make_shared<Reals>(*x.reals);
  round_to(type, *result.reals);
  return result;
}

Tensor compute(ContractOp op, Operands x) {
  Tensor result = make_result(op), left = in_precision(op, x[0]), right = in_precision(op, x[1]);
  const int64_t rows = left.shape[1], inner = left.shape[2], columns = right.shape[2];
  visit(
      result,
      [&](auto& to, const auto& a, const auto& b) {
        for (int64_t batch = 0; batch < result.shape[0]; ++batch)
          for (int64_t m = 0; m < rows; ++m) {
            auto* sum = to.data() + (batch * rows + m) * columns;
            for (int64_t k = 0; k < inner; ++k) {
              const int64_t lhs = left.shape[0] == 1 ? 0 : batch;
              const int64_t rhs = right.shape[0] == 1 ? 0 : batch;
              const auto factor = a[static_cast<size_t>((lhs * rows + m) * inner + k)];
              const auto* row = b.data() + (rhs * inner + k) * columns;
              for (int64_t n = 0; n < columns; ++n)
                sum[n] += factor * row[n];
            }
          }
      },
      left, right);
  finish(result);
  return result;
}

Tensor compute(ConvolveOp op, Operands x) {
  Tensor result = make_result(op), in = in_precision(op, x[0]), weights = in_precision(op, x[1]);
  Window window{op.getStrides(), op.getPads(), op.getDilations()};
  const int64_t groups = op.getGroups(), channels = in.shape.back(), outputs = result.shape.back();
  const int64_t per_group = channels / groups, outputs_each = outputs / groups;
  llvm::ArrayRef<int64_t> positions = llvm::ArrayRef(result.shape).drop_back(),
                          taps = llvm::ArrayRef(weights.shape).drop_back(2);
  auto add_tap = [&](auto* to, const auto* pixel, const auto* tap) {
    for (int64_t g = 0; g < groups; ++g)
      for (int64_t c = 0; c < per_group; ++c) {
        const auto value = pixel[g * per_group + c];
        for (int64_t o = g * outputs_each; o < (g + 1) * outputs_each; ++o)
          to[o] += value * tap[c * outputs + o];
      }
  };
  visit(
      result,
      [&](auto& to, const auto& from, const auto& w) {
        for_each_index(positions, [&](llvm::ArrayRef<int64_t> out, int64_t place) {
          for_each_index(taps, [&](llvm::ArrayRef<int64_t> tap, int64_t number) {
            const int64_t at = window.position(in.shape, out, tap);
            if (at >= 0)
              add_tap(to.data() + place * outputs, from.data() + at * channels,
                      w.data() + number * per_group * outputs);
          });
        });
      },
      in, weights);
  finish(result);
  return result;
}

Tensor compute(PoolOp op, Operands x) {
  Tensor result = make_result(op);
  const bool max = op.getKind() == "max";
  Window window{op.getStrides(), op.getPads(), op.getDilations()};
  const int64_t channels = result.shape.back();
  auto join = [&](auto& to, auto value) {
    if (!max)
      to += value;
    else if (to < value || value != value) // NaN wins
      to = value;
  };
  visit(
      result,
      [&](auto& to, const auto& from) {
        if constexpr (std::is_same_v<decltype(to), Reals&>)
          to.assign(to.size(), max ? -std::numeric_limits<double>::infinity() : 0);
        else
          to.assign(to.size(), max ? least_of(result.element) : 0);
        for_each_index(llvm::ArrayRef(result.shape).drop_back(),
                       [&](llvm::ArrayRef<int64_t> out, int64_t place) {
                         for_each_index(op.getKernel(), [&](llvm::ArrayRef<int64_t> tap, int64_t) {
                           const int64_t at = window.position(x[0].shape, out, tap);
                           for (int64_t c = 0; at >= 0 && c < channels; ++c)
                             join(to[static_cast<size_t>(place * channels + c)],
                                  from[static_cast<size_t>(at * channels + c)]);
                         });
                       });
      },
      x[0]);
  finish(result);
  return result;
}

} // namespace npuforge::graph::reference
