// graph.map: the body over chunks of elements, so that its operations are looked at once a chunk.
#include "npuforge/compiler/graph/interpreter.h"

#include "reference_body.h"

namespace npuforge::graph::reference {
namespace {

constexpr int64_t kChunk = 2048;

Shape broadcast(llvm::ArrayRef<Tensor> operands) {
  Shape result;
  for (const Tensor& operand : operands) {
    const size_t rank = std::max(result.size(), operand.shape.size());
    Shape next(rank, 1);
    for (size_t i = 1; i <= rank; ++i) {
      int64_t a = i <= result.size() ? result[result.size() - i] : 1;
      int64_t b = i <= operand.shape.size() ? operand.shape[operand.shape.size() - i] : 1;
      if (a != b && a != 1 && b != 1)
        throw InterpreterError("operands of a map do not broadcast");
      next[rank - i] = a == 1 ? b : a;
    }
    result = next;
  }
  return result;
}

/// Reads an operand's elements in the order of the result's.
class Reader {
public:
  Reader(const Tensor& operand, llvm::ArrayRef<int64_t> shape) : operand_(operand) {
    Shape own = strides_of(operand.shape);
    const size_t skip = shape.size() - operand.shape.size();
    same_ = operand.shape == shape;
    for (size_t i = 0; i < shape.size(); ++i) {
      bool fixed = i < skip || operand.shape[i - skip] == 1;
      strides_.push_back(fixed ? 0 : own[i - skip]);
    }
    extents_.assign(shape.begin(), shape.end());
    index_.assign(shape.size(), 0);
  }

  void read(int64_t begin, int64_t count, Column& column) {
    if (operand_.is_real())
      fill(*operand_.reals, begin, count, column.reals);
    else
      fill(*operand_.integers, begin, count, column.integers);
  }

private:
  template <typename Vector>
  void fill(const Vector& from, int64_t begin, int64_t count, Vector& to) {
    to.resize(static_cast<size_t>(count));
    if (same_) {
      std::copy_n(from.begin() + begin, count, to.begin());
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      to[static_cast<size_t>(i)] = from[static_cast<size_t>(offset_)];
      advance();
    }
  }

  void advance() {
    for (size_t d = extents_.size(); d-- > 0;) {
      offset_ += strides_[d];
      if (++index_[d] < extents_[d])
        return;
      offset_ -= strides_[d] * extents_[d];
      index_[d] = 0;
    }
  }

  const Tensor& operand_;
  bool same_ = false;
  Shape strides_, extents_, index_;
  int64_t offset_ = 0;
};

void finish(mlir::Type type, Column& column) {
  if (llvm::isa<mlir::FloatType>(type))
    round_to(type, column.reals);
  else if (type.isIndex())
    throw InterpreterError("a body has an element of type index");
  else
    wrap_to(type, column.integers);
}

} // namespace

Tensor evaluate_map(MapOp map, llvm::ArrayRef<Tensor> operands) {
  auto type = llvm::cast<mlir::ShapedType>(map.getType());
  Shape shape = operands.empty() ? Shape(type.getShape()) : broadcast(operands);
  Tensor result = make_tensor(shape, type.getElementType());
  mlir::Block& body = map.getBody().front();
  std::vector<Reader> readers;
  for (const Tensor& operand : operands)
    readers.emplace_back(operand, shape);
  llvm::DenseMap<mlir::Value, Column> columns;
  for (mlir::Value argument : body.getArguments())
    columns[argument];
  for (mlir::Operation& op : body.without_terminator())
    columns[op.getResult(0)];
  mlir::Value yielded = llvm::cast<YieldOp>(body.getTerminator()).getValue();
  for (int64_t begin = 0, total = count_of(shape); begin < total; begin += kChunk) {
    const int64_t count = std::min(kChunk, total - begin);
    for (auto [reader, argument] : llvm::zip_equal(readers, body.getArguments()))
      reader.read(begin, count, columns.find(argument)->second);
    for (mlir::Operation& op : body.without_terminator()) {
      llvm::SmallVector<const Column*> x;
      for (mlir::Value operand : op.getOperands())
        x.push_back(&columns.find(operand)->second);
      Column& to = columns.find(op.getResult(0))->second;
      evaluate_scalar(&op, x, static_cast<size_t>(count), to);
      finish(op.getResult(0).getType(), to);
    }
    const Column& from = columns.find(yielded)->second;
    if (result.is_real())
      std::copy_n(from.reals.begin(), count, result.reals->begin() + begin);
    else
      std::copy_n(from.integers.begin(), count, result.integers->begin() + begin);
  }
  if (!result.is_real())
    wrap_to(result.element, *result.integers); // unsigned ones are wider in the body
  return result;
}

} // namespace npuforge::graph::reference
