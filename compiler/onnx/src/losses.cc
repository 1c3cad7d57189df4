// Losses: the target's class is compared with each class's number.
#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

struct Loss {
  std::string reduction;
  bool ignores;
  int64_t ignored;

  explicit Loss(Node& node)
      : reduction(node.text("reduction", "mean")), ignores(node.given("ignore_index")),
        ignored(node.integer("ignore_index", 0)) {
    if (reduction != "mean" && reduction != "sum" && reduction != "none")
      throw Unsupported(fmt::format("reduction '{}' is not known", reduction));
  }
};

/// -log_prob[n, target[n, ..], ..], weighted; classes are dimension 1.
mlir::Value negative_log_likelihood(Node& node, const Loss& loss, mlir::Value log_prob) {
  const Build& build = node.build;
  Shape shape(graph::shapeOf(log_prob)), target_shape(shape);
  if (shape.size() < 2)
    throw Unsupported(fmt::format("scores {} have no classes", graph::text(shape)));
  target_shape.erase(target_shape.begin() + 1);
  if (node.shape(1) != Dims(target_shape))
    throw Unsupported(
        fmt::format("a target {} for scores {}", graph::text(node.shape(1)), graph::text(shape)));
  const int64_t classes = shape[1];
  Shape column(shape.size() - 1, 1), numbers;
  column[0] = classes;
  for (int64_t i = 0; i < classes; ++i)
    numbers.push_back(i);
  mlir::Value number = build.integers(numbers, build.i64(), column);
  mlir::Value target = build.unsqueeze(build.cast(node.operand(1), build.i64()), {1});
  mlir::Type type = graph::elementOf(log_prob);
  mlir::Value weight = build.number(type, 1, column);
  if (node.has(2)) {
    if (node.shape(2) != Dims(Shape{classes}))
      throw Unsupported(
          fmt::format("weights {} for {} classes", graph::text(node.shape(2)), classes));
    weight = build.reshape(node.operand(2), column);
  }
  auto chosen = [&](const Scalar& target_class, const Scalar& own) {
    Scalar hit = equal(target_class, own);
    if (loss.ignores)
      hit = hit & not_equal(target_class, target_class.integer(loss.ignored));
    return hit;
  };
  mlir::Value weights =
      build.reduce(build.map(type, {target, number, weight},
                             [&](const Scalars& s) {
                               return graph::select(chosen(s[0], s[1]), s[2], s[2].number(0));
                             }),
                   "sum", {1}, false);
  mlir::Value losses = build.reduce(
      build.map(type, {target, number, weight, log_prob},
                [&](const Scalars& s) {
                  return graph::select(chosen(s[0], s[1]), -(s[2] * s[3]), s[2].number(0));
                }),
      "sum", {1}, false);
  if (loss.reduction == "none")
    return losses;
  Shape axes;
  for (int64_t i = 0; i < graph::rankOf(losses); ++i)
    axes.push_back(i);
  mlir::Value sum = build.reduce(losses, "sum", axes, false);
  return loss.reduction == "sum" ? sum
                                 : build.divide(sum, build.reduce(weights, "sum", axes, false));
}

Results nll_loss(Node& node) {
  return negative_log_likelihood(node, Loss(node), node.operand(0));
}

Results softmax_cross_entropy(Node& node) {
  const Build& build = node.build;
  const Loss loss(node);
  if (node.rank(0) < 2)
    throw Unsupported(fmt::format("scores {} have no classes", graph::text(node.shape(0))));
  mlir::Value greatest = build.reduce(node.operand(0), "max", {1}, true);
  mlir::Value shifted = build.subtract(node.operand(0), greatest);
  mlir::Value sum = build.reduce(
      build.map(shifted, [](const Scalars& s) { return graph::exp(s[0]); }), "sum", {1}, true);
  mlir::Value log_prob =
      build.map({shifted, sum}, [](const Scalars& s) { return s[0] - graph::log(s[1]); });
  return {negative_log_likelihood(node, loss, log_prob), log_prob};
}

} // namespace

const Table& loss_operators() {
  static const Table table = {{"NegativeLogLikelihoodLoss", nll_loss},
                              {"SoftmaxCrossEntropyLoss", softmax_cross_entropy}};
  return table;
}

} // namespace npuforge::onnx
