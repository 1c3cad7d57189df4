// Products of matrices.
#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"

namespace npuforge::onnx {
namespace {

mlir::Value inferred(mlir::Operation* op) {
  graph::setInferredType(op);
  return op->getResult(0);
}

mlir::Type open(mlir::Value value) {
  return mlir::UnrankedTensorType::get(graph::elementOf(value));
}

/// alpha A' B' + beta C of any numeric type.
mlir::Value general_gemm(Node& node, double alpha, double beta, bool trans_a, bool trans_b) {
  const graph::Build& build = node.build;
  if (node.rank(0) != 2 || node.rank(1) != 2)
    throw Unsupported("its operands are not matrices");
  auto turned = [&](mlir::Value value, bool turn) {
    return turn ? build.transpose(value, {1, 0}) : value;
  };
  mlir::Value product =
      build.matmul(turned(node.operand(0), trans_a), turned(node.operand(1), trans_b));
  Values operands{product};
  if (node.has(2))
    operands.push_back(node.operand(2));
  mlir::Value sum = build.map(operands, [&](const Scalars& x) {
    Scalar result = alpha == 1 ? x[0] : x[0] * alpha;
    if (x.size() > 1)
      result = result + (beta == 1 ? x[1] : x[1] * beta);
    return result;
  });
  if (graph::shapeOf(sum) != graph::shapeOf(product))
    throw Contradiction("C " + graph::text(node.shape(2)) + " does not fit " +
                        graph::text(graph::shapeOf(product)));
  return sum;
}

Results gemm(Node& node) {
  auto alpha = static_cast<float>(node.real("alpha", 1)),
       beta = static_cast<float>(node.real("beta", 1));
  bool trans_a = node.integer("transA", 0) != 0, trans_b = node.integer("transB", 0) != 0;
  if (!stays(node))
    return general_gemm(node, alpha, beta, trans_a, trans_b);
  return inferred(graph::GemmOp::create(
      node.build.builder(), node.build.location(), open(node.operand(0)), node.operand(0),
      node.operand(1), node.has(2) ? node.operand(2) : mlir::Value(), llvm::APFloat(alpha),
      llvm::APFloat(beta), trans_a, trans_b));
}

Results matmul(Node& node) {
  if (!stays(node) || node.rank(0) < 2 || node.rank(1) != 2)
    return node.build.matmul(node.operand(0), node.operand(1));
  return inferred(graph::MatMulOp::create(node.build.builder(), node.build.location(),
                                          open(node.operand(0)), node.operand(0), node.operand(1)));
}

} // namespace

const Table& linear_operators() {
  static const Table table = {{"Gemm", gemm}, {"MatMul", matmul}};
  return table;
}

} // namespace npuforge::onnx
