// Operators of the imported stage in the reference interpreter: what ONNX says, NCHW.
#include <cmath>
#include <limits>

#include "npuforge/compiler/graph/interpreter.h"

#include "reference_operators.h"
#include "reference_product.h"

namespace npuforge::graph::reference {
namespace {

using llvm::ArrayRef;

size_t at(int64_t index) {
  return static_cast<size_t>(index);
}

template <typename Function>
Tensor element_wise(const Tensor& x, Function function) {
  Tensor result = make_tensor(x.shape, x.element);
  visit(
      result,
      [&](auto& to, const auto& from) {
        for (size_t i = 0; i < to.size(); ++i)
          to[i] = function(from[i]);
      },
      x);
  return result;
}

/// Strides of an operand that broadcasts to a shape: 0 where it repeats.
Shape broadcast_strides(ArrayRef<int64_t> operand, ArrayRef<int64_t> shape) {
  Shape own = strides_of(operand), strides(shape.size(), 0);
  for (size_t i = 1; i <= operand.size(); ++i)
    if (operand[operand.size() - i] != 1)
      strides[shape.size() - i] = own[operand.size() - i];
  return strides;
}

/// The window of a 2-D convolution or pool over one image.
struct Window {
  int64_t height, width;          // of the image
  Shape strides, pads, dilations; // 2, 4, 2

  template <typename Op>
  Window(Op op, ArrayRef<int64_t> in, ArrayRef<int64_t> kernel, ArrayRef<int64_t> dilations_)
      : height(in[2]), width(in[3]), strides(op.getStrides()), pads(op.getPads()),
        dilations(dilations_) {
    auto mode = op.getAutoPad();
    for (size_t i = 0; mode && i < 2; ++i) {
      const int64_t size = in[i + 2], out = (size + strides[i] - 1) / strides[i],
                    whole = (out - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1,
                    all = *mode == "VALID" ? 0 : std::max<int64_t>(0, whole - size);
      pads[i] = *mode == "SAME_UPPER" ? all / 2 : all - all / 2;
      pads[i + 2] = all - pads[i];
    }
  }
  int64_t row(int64_t y, int64_t i) const { return y * strides[0] + i * dilations[0] - pads[0]; }
  int64_t column(int64_t x, int64_t j) const { return x * strides[1] + j * dilations[1] - pads[1]; }
  bool holds(int64_t row, int64_t column) const {
    return row >= 0 && row < height && column >= 0 && column < width;
  }
};

/// Calls visit(result element, plane offset, y, x) for each element of an NCHW result.
template <typename Visit>
void for_each_pixel(ArrayRef<int64_t> shape, int64_t plane, Visit visit) {
  int64_t next = 0;
  for (int64_t channel = 0; channel < shape[0] * shape[1]; ++channel)
    for (int64_t y = 0; y < shape[2]; ++y)
      for (int64_t x = 0; x < shape[3]; ++x)
        visit(next++, channel * plane, y, x);
}

/// The inputs of one row of a group's results as a matrix: a row for each channel and tap, a column
/// for each result of the row. Padding is 0.
void unfold(const Window& window, ArrayRef<int64_t> kernel, const double* image, int64_t channels,
            int64_t y, int64_t width, Reals& matrix) {
  matrix.assign(at(channels * kernel[0] * kernel[1] * width), 0);
  double* to = matrix.data();
  for (int64_t c = 0; c < channels; ++c, image += window.height * window.width)
    for (int64_t i = 0; i < kernel[0]; ++i)
      for (int64_t j = 0; j < kernel[1]; ++j, to += width) {
        const int64_t row = window.row(y, i);
        if (row < 0 || row >= window.height)
          continue;
        for (int64_t p = 0; p < width; ++p)
          if (int64_t column = window.column(p, j); column >= 0 && column < window.width)
            to[p] = image[row * window.width + column];
      }
}

} // namespace

Tensor compute(ConvOp op, Operands x) {
  Tensor result = make_result(op);
  const Tensor in = in_precision(op, x[0]), weights = in_precision(op, x[1]);
  const ArrayRef<int64_t> w = weights.shape, out = result.shape, kernel = w.drop_front(2);
  Window window(op, in.shape, kernel, op.getDilations());
  const int64_t groups = op.getGroups(), each = w[0] / groups, inner = w[1] * w[2] * w[3];
  Reals matrix, sums(at(each * out[3]));
  for_each_index({out[0], groups, out[2]}, [&](ArrayRef<int64_t> k, int64_t) {
    const int64_t n = k[0], group = k[1], y = k[2];
    unfold(window, kernel,
           in.reals->data() + (n * in.shape[1] + group * w[1]) * window.height * window.width, w[1],
           y, out[3], matrix);
    multiply({weights.reals->data() + group * each * inner, inner, 1}, {matrix.data(), out[3], 1},
             sums.data(), each, inner, out[3]);
    for (int64_t o = 0; o < each; ++o)
      std::copy_n(sums.begin() + o * out[3], out[3],
                  result.reals->begin() + ((n * out[1] + group * each + o) * out[2] + y) * out[3]);
  });
  if (op.getBias())
    for_each_pixel(out, 0, [&](int64_t i, int64_t, int64_t, int64_t) {
      (*result.reals)[at(i)] += (*x[2].reals)[at(i / (out[2] * out[3]) % out[1])];
    });
  round_to(result.element, *result.reals);
  return result;
}

Tensor compute(MaxPoolOp op, Operands x) {
  Tensor result = make_result(op);
  Window window(op, x[0].shape, op.getKernel(), op.getDilations());
  visit(
      result,
      [&](auto& to, const auto& from) {
        for_each_pixel(result.shape, window.height * window.width,
                       [&](int64_t out, int64_t plane, int64_t y, int64_t p) {
                         bool first = true;
                         auto& best = to[at(out)];
                         for (int64_t i = 0; i < op.getKernel()[0]; ++i)
                           for (int64_t j = 0; j < op.getKernel()[1]; ++j) {
                             const int64_t row = window.row(y, i), column = window.column(p, j);
                             if (!window.holds(row, column))
                               continue;
                             auto value = from[at(plane + row * window.width + column)];
                             if (first || best < value || value != value)
                               best = value;
                             first = false;
                           }
                         if (first)
                           throw InterpreterError("a window has no element");
                       });
      },
      x[0]);
  return result;
}

Tensor compute(AveragePoolOp op, Operands x) {
  Tensor result = make_result(op);
  const Shape kernel(op.getKernel());
  Window window(op, x[0].shape, kernel, {1, 1});
  for_each_pixel(result.shape, window.height * window.width,
                 [&](int64_t out, int64_t plane, int64_t y, int64_t p) {
                   double sum = 0, count = 0;
                   for (int64_t i = 0; i < kernel[0]; ++i)
                     for (int64_t j = 0; j < kernel[1]; ++j) {
                       const int64_t row = window.row(y, i), column = window.column(p, j);
                       const bool inside = window.holds(row, column);
                       if (inside)
                         sum += (*x[0].reals)[at(plane + row * window.width + column)];
                       count += inside ||
                                (op.getCountIncludePad() && row < window.height + window.pads[2] &&
                                 column < window.width + window.pads[3]);
                     }
                   (*result.reals)[at(out)] = sum / count;
                 });
  round_to(result.element, *result.reals);
  return result;
}

Tensor compute(GlobalAveragePoolOp op, Operands x) {
  Tensor result = make_result(op);
  const size_t plane = at(x[0].count() / std::max<int64_t>(result.count(), 1));
  for (size_t i = 0; i < result.reals->size(); ++i) {
    double sum = 0;
    for (size_t k = 0; k < plane; ++k)
      sum += (*x[0].reals)[i * plane + k];
    (*result.reals)[i] = round_to(result.element, sum / static_cast<double>(plane));
  }
  return result;
}

Tensor compute(GemmOp op, Operands x) {
  Tensor result = make_result(op);
  const Tensor left = in_precision(op, x[0]), right = in_precision(op, x[1]);
  const int64_t rows = result.shape[0], columns = result.shape[1],
                inner = x[0].shape[op.getTransA() ? 0 : 1];
  Matrix a{left.reals->data(), op.getTransA() ? 1 : inner, op.getTransA() ? rows : 1},
      b{right.reals->data(), op.getTransB() ? 1 : columns, op.getTransB() ? inner : 1};
  multiply(a, b, result.reals->data(), rows, inner, columns);
  const double alpha = op.getAlpha().convertToDouble(), beta = op.getBeta().convertToDouble();
  Shape strides = op.getC() ? broadcast_strides(x[2].shape, result.shape) : Shape{0, 0};
  for_each_index(result.shape, [&](ArrayRef<int64_t> index, int64_t i) {
    double& value = (*result.reals)[at(i)];
    value = alpha * value + (op.getC() ? beta * (*x[2].reals)[at(dot(index, strides))] : 0);
  });
  round_to(result.element, *result.reals);
  return result;
}

Tensor compute(MatMulOp op, Operands x) {
  Tensor result = make_result(op);
  const Tensor left = in_precision(op, x[0]), right = in_precision(op, x[1]);
  Shape a = x[0].shape, b = x[1].shape, out = result.shape;
  if (a.size() == 1)
    a.insert(a.begin(), 1), out.insert(out.size() - (b.size() > 1 ? 1 : 0) + out.begin(), 1);
  if (b.size() == 1)
    b.push_back(1), out.push_back(1);
  const int64_t rows = a[a.size() - 2], inner = a.back(), columns = b.back();
  const ArrayRef<int64_t> batches = ArrayRef(out).drop_back(2);
  Shape a_strides = broadcast_strides(ArrayRef(a).drop_back(2), batches),
        b_strides = broadcast_strides(ArrayRef(b).drop_back(2), batches);
  for_each_index(batches, [&](ArrayRef<int64_t> index, int64_t i) {
    Matrix a_part{left.reals->data() + dot(index, a_strides) * rows * inner, inner, 1},
        b_part{right.reals->data() + dot(index, b_strides) * inner * columns, columns, 1};
    multiply(a_part, b_part, result.reals->data() + i * rows * columns, rows, inner, columns);
  });
  round_to(result.element, *result.reals);
  return result;
}

Tensor compute(AddOp op, Operands x) {
  Tensor result = make_result(op);
  Shape a = broadcast_strides(x[0].shape, result.shape),
        b = broadcast_strides(x[1].shape, result.shape);
  visit(
      result,
      [&](auto& to, const auto& left, const auto& right) {
        for_each_index(result.shape, [&](ArrayRef<int64_t> index, int64_t i) {
          to[at(i)] = left[at(dot(index, a))] + right[at(dot(index, b))];
        });
      },
      x[0], x[1]);
  if (result.is_real())
    round_to(result.element, *result.reals);
  else
    wrap_to(result.element, *result.integers);
  return result;
}

Tensor compute(ReluOp, Operands x) {
  return element_wise(x[0], [](auto value) { return value < 0 ? 0 : value; });
}

Tensor compute(ClipOp op, Operands x) {
  const double low = op.getLow().convertToDouble(), high = op.getHigh().convertToDouble();
  return element_wise(x[0], [=](auto value) {
    const auto real = static_cast<double>(value);
    return static_cast<decltype(value)>(real > high ? high : real < low ? low : real);
  });
}

Tensor compute(IdentityOp, Operands x) {
  return x[0];
}

Tensor compute(FlattenOp op, Operands x) {
  const auto rank = static_cast<int64_t>(x[0].shape.size());
  const size_t axis = at(op.getAxis() < 0 ? op.getAxis() + rank : op.getAxis());
  const ArrayRef<int64_t> shape = x[0].shape;
  return reshaped(x[0], {count_of(shape.take_front(axis)), count_of(shape.drop_front(axis))});
}

Tensor compute(ReshapeOp op, Operands x) {
  return reshaped(x[0], make_result(op).shape);
}

Tensor compute(TransposeOp op, Operands x) {
  Shape perm(op.getPerm()), extents, strides, own = strides_of(x[0].shape);
  for (size_t i = x[0].shape.size(); op.getPerm().empty() && i-- > 0;)
    perm.push_back(static_cast<int64_t>(i));
  for (int64_t axis : perm) {
    extents.push_back(x[0].shape[at(axis)]);
    strides.push_back(own[at(axis)]);
  }
  Tensor result = make_tensor(extents, x[0].element);
  visit(
      result,
      [&](auto& to, const auto& from) {
        for_each_index(extents, [&](ArrayRef<int64_t> index, int64_t i) {
          to[at(i)] = from[at(dot(index, strides))];
        });
      },
      x[0]);
  return result;
}

} // namespace npuforge::graph::reference
