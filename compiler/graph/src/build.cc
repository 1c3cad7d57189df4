// Shapes, constants, maps, reductions and products of the builder; its moves are in build_move.cc.
#include "npuforge/compiler/graph/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph {
namespace {

mlir::RankedTensorType tensor(Dims shape, mlir::Type element) {
  elements(shape); // throws if there are too many
  return mlir::RankedTensorType::get(shape, element);
}

bool is_narrow_float(mlir::Type type) {
  return type.isF16() || type.isBF16();
}

mlir::TypedAttr attribute(mlir::Builder builder, mlir::Type element, double value) {
  if (llvm::isa<mlir::FloatType>(element))
    return builder.getFloatAttr(element, value);
  llvm::APInt bits(element.getIntOrFloatBitWidth(),
                   static_cast<uint64_t>(static_cast<int64_t>(value)), true, true);
  return builder.getIntegerAttr(element, bits);
}

} // namespace

Dims shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

mlir::Type elementOf(mlir::Value value) {
  return mlir::getElementTypeOrSelf(value.getType());
}

int64_t rankOf(mlir::Value value) {
  return static_cast<int64_t>(shapeOf(value).size());
}

int64_t elements(Dims shape) {
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0)
      throw Contradiction(fmt::format("a tensor {} has a negative dimension", text(shape)));
    if (dim > kMaxElements || (dim != 0 && count > kMaxElements / dim))
      throw BuildError(
          fmt::format("a tensor {} has more than {} elements", text(shape), kMaxElements));
    count *= dim;
  }
  return count;
}

Shape strides(Dims shape) {
  Shape result(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    result[i - 1] = result[i] * shape[i];
  return result;
}

std::string text(Dims shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

Shape broadcast(llvm::ArrayRef<Dims> shapes) {
  Shape result;
  for (Dims shape : shapes) {
    if (shape.size() > result.size())
      result.insert(result.begin(), shape.size() - result.size(), 1);
    for (size_t i = 1; i <= shape.size(); ++i) {
      int64_t& have = result[result.size() - i];
      int64_t dim = shape[shape.size() - i];
      if (have != dim && have != 1 && dim != 1) {
        std::vector<std::string> all;
        for (Dims one : shapes)
          all.push_back(text(one));
        throw Contradiction(fmt::format("shapes {} do not broadcast", fmt::join(all, " and ")));
      }
      have = have == 1 ? dim : have;
    }
  }
  return result;
}

mlir::DenseElementsAttr constantValue(mlir::Value value) {
  auto op = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  return op ? llvm::dyn_cast<mlir::DenseElementsAttr>(op.getValue()) : mlir::DenseElementsAttr();
}

std::vector<int64_t> integers(mlir::DenseElementsAttr constant) {
  if (!llvm::isa<mlir::IntegerType>(constant.getElementType()))
    throw BuildError("a constant is not of integers");
  return std::move(*reference::from_attribute(constant).integers);
}

std::vector<double> reals(mlir::DenseElementsAttr constant) {
  reference::Tensor tensor = reference::from_attribute(constant);
  if (tensor.is_real())
    return std::move(*tensor.reals);
  return {tensor.integers->begin(), tensor.integers->end()};
}

std::vector<int8_t> bytes(mlir::DenseElementsAttr constant) {
  if (!constant.getElementType().isInteger(8))
    throw BuildError("a constant is not of 8 bits");
  const llvm::ArrayRef<char> raw = constant.getRawData();
  if (constant.isSplat())
    return std::vector<int8_t>(static_cast<size_t>(constant.getNumElements()),
                               static_cast<int8_t>(raw[0]));
  return {raw.begin(), raw.end()};
}

mlir::Value Build::constant(mlir::DenseElementsAttr value) const {
  return ConstantOp::create(builder_, location_, value.getType(), value);
}

mlir::Value Build::integers(Dims values, mlir::Type element) const {
  return integers(values, element, {static_cast<int64_t>(values.size())});
}

mlir::Value Build::integers(Dims values, mlir::Type element, Dims shape) const {
  mlir::Type type = element ? element : i64();
  llvm::SmallVector<llvm::APInt> bits;
  for (int64_t value : values)
    bits.emplace_back(type.getIntOrFloatBitWidth(), static_cast<uint64_t>(value), true, true);
  return constant(mlir::DenseElementsAttr::get(tensor(shape, type), bits));
}

mlir::Value Build::reals(llvm::ArrayRef<double> values, mlir::Type element, Dims shape) const {
  llvm::SmallVector<mlir::Attribute> all;
  for (double value : values)
    all.push_back(attribute(builder_, element, value));
  return constant(mlir::DenseElementsAttr::get(tensor(shape, element), all));
}

mlir::Value Build::number(mlir::Type element, double value, Dims shape) const {
  mlir::Attribute one = attribute(builder_, element, value);
  return constant(mlir::DenseElementsAttr::get(tensor(shape, element), one));
}

mlir::Value Build::finish(mlir::Operation* op) const {
  return foldConstant(builder_, op);
}

mlir::Value Build::map(mlir::Type element, mlir::ValueRange operands, const Body& body) const {
  llvm::SmallVector<Dims> shapes;
  for (mlir::Value operand : operands)
    shapes.push_back(shapeOf(operand));
  mlir::RankedTensorType type = tensor(broadcast(shapes), element);
  auto op = MapOp::create(builder_, location_, type, operands);
  {
    mlir::OpBuilder::InsertionGuard guard(builder_);
    mlir::Block* block = builder_.createBlock(&op.getBody());
    for (mlir::Value operand : operands)
      block->addArgument(bodyType(operand.getType()), location_);
    Scalars scalars;
    for (mlir::BlockArgument argument : block->getArguments()) {
      Scalar scalar{&builder_, location_, argument};
      scalars.push_back(is_narrow_float(argument.getType()) ? graph::cast(scalar, f32()) : scalar);
    }
    Scalar result = body(scalars);
    if (is_narrow_float(element))
      result = graph::cast(result, element);
    YieldOp::create(builder_, location_, result.value);
  }
  return finish(op);
}

mlir::Value Build::map(mlir::ValueRange operands, const Body& body) const {
  return map(elementOf(operands[0]), operands, body);
}

mlir::Value Build::cast(mlir::Value value, mlir::Type element) const {
  if (elementOf(value) == element)
    return value;
  return map(element, value, [&](const Scalars& x) {
    return graph::cast(x[0], is_narrow_float(element) ? f32() : element);
  });
}

mlir::Value Build::add(mlir::Value a, mlir::Value b) const {
  return map({a, b}, [](const Scalars& x) { return x[0] + x[1]; });
}
mlir::Value Build::subtract(mlir::Value a, mlir::Value b) const {
  return map({a, b}, [](const Scalars& x) { return x[0] - x[1]; });
}
mlir::Value Build::multiply(mlir::Value a, mlir::Value b) const {
  return map({a, b}, [](const Scalars& x) { return x[0] * x[1]; });
}
mlir::Value Build::divide(mlir::Value a, mlir::Value b) const {
  return map({a, b}, [](const Scalars& x) { return x[0] / x[1]; });
}

mlir::Value Build::reduce(mlir::Value value, llvm::StringRef kind, Dims axes, bool keep) const {
  Shape sorted(axes), kept(shapeOf(value)), result;
  llvm::sort(sorted);
  for (int64_t axis : sorted)
    kept[static_cast<size_t>(axis)] = 1;
  for (int64_t i = 0; i < rankOf(value); ++i)
    if (!llvm::is_contained(sorted, i))
      result.push_back(shapeOf(value)[static_cast<size_t>(i)]);
  mlir::Value reduced = value;
  if (!sorted.empty())
    reduced = create<ReduceOp>(tensor(result, elementOf(value)), value, kind, sorted);
  return keep ? reshape(reduced, kept) : reduced;
}

mlir::Value Build::mean(mlir::Value value, Dims axes, bool keep) const {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shapeOf(value)[static_cast<size_t>(axis)];
  mlir::Value sum = reduce(value, "sum", axes, keep);
  return map(sum, [&](const Scalars& x) { return x[0] / static_cast<double>(count); });
}

mlir::Value Build::contract(mlir::Value lhs, mlir::Value rhs) const {
  Dims a = shapeOf(lhs), b = shapeOf(rhs);
  if (a.size() != 3 || b.size() != 3 || a[2] != b[1] || (a[0] != b[0] && a[0] != 1 && b[0] != 1))
    throw Contradiction(fmt::format("shapes {} and {} do not multiply", text(a), text(b)));
  mlir::Type element = elementOf(lhs);
  mlir::Type sum = element.isInteger(8) ? i32() : element;
  Shape shape{a[0] == 1 ? b[0] : a[0], a[1], b[2]};
  if (a[2] == 0 || elements(shape) == 0)
    return number(sum, 0, shape);
  return create<ContractOp>(tensor(shape, sum), lhs, rhs, mlir::StringAttr());
}

mlir::Value Build::matmul(mlir::Value a, mlir::Value b) const {
  Dims left = shapeOf(a), right = shapeOf(b);
  if (left.empty() || right.empty())
    throw Contradiction("a number is no matrix");
  if (left.size() == 1 ||
      right.size() == 1) { // a vector is a row on the left, a column on the right
    mlir::Value rows = left.size() == 1 ? unsqueeze(a, {0}) : a;
    mlir::Value columns = right.size() == 1 ? unsqueeze(b, {1}) : b;
    mlir::Value product = matmul(rows, columns);
    Shape shape(shapeOf(product));
    if (right.size() == 1)
      shape.pop_back();
    if (left.size() == 1)
      shape.erase(shape.end() - (right.size() == 1 ? 1 : 2));
    return reshape(product, shape);
  }
  const int64_t rows = left[left.size() - 2], inner = left.back(), columns = right.back();
  if (right[right.size() - 2] != inner)
    throw Contradiction(fmt::format("shapes {} and {} do not multiply", text(left), text(right)));
  Shape batch = broadcast({left.drop_back(2), right.drop_back(2)}), shape(batch);
  shape.append({rows, columns});
  mlir::Type type = elementOf(a);
  if (!type.isF32() && !is_narrow_float(type) && !type.isInteger(8)) {
    Shape tall(left), wide(right);
    tall.push_back(1);
    wide.insert(wide.end() - 2, 1);
    mlir::Value products = multiply(reshape(a, tall), reshape(b, wide));
    return reduce(products, "sum", {rankOf(products) - 2}, false);
  }
  if (elements(right.drop_back(2)) == 1) // one matrix for all: their rows are rows of one product
    return reshape(contract(reshape(a, {1, elements(left.drop_back(1)), inner}),
                            reshape(b, {1, inner, columns})),
                   shape);
  auto batched = [&](mlir::Value value) {
    Dims own = shapeOf(value), matrix = own.take_back(2);
    Shape full(batch);
    full.append(matrix.begin(), matrix.end());
    bool one = elements(own.drop_back(2)) == 1;
    return reshape(one ? value : expand(value, full),
                   {one ? 1 : elements(batch), matrix[0], matrix[1]});
  };
  return reshape(contract(batched(a), batched(b)), shape);
}

mlir::Value Build::gather(mlir::Value table, mlir::Value rows) const {
  Shape shape{shapeOf(rows)[0], shapeOf(table)[1]};
  if (elements(shape) == 0)
    return number(elementOf(table), 0, shape);
  return create<GatherOp>(tensor(shape, elementOf(table)), table, rows);
}

mlir::Value Build::scatter(mlir::Value table, mlir::Value rows, mlir::Value updates,
                           llvm::StringRef kind) const {
  if (elements(shapeOf(updates)) == 0)
    return table;
  return create<ScatterOp>(table.getType(), table, rows, updates, kind);
}

mlir::Value Build::wrap_indices(mlir::Value indices, int64_t size) const {
  return map(indices,
             [&](const Scalars& x) { return if_negative(x[0], x[0] + x[0].integer(size), x[0]); });
}

} // namespace npuforge::graph
