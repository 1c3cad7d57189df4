// NonMaxSuppression: in each turn of a loop every class of every image takes its best box that is
// left, and drops those that overlap it.
#include <algorithm>

#include <fmt/format.h>

#include "iota.h"
#include "picking.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// Corners and areas, each [B, 1, N].
struct Boxes {
  mlir::Value top, left, bottom, right;
};

Boxes corners(const Build& build, mlir::Value boxes, bool by_centre) {
  const int64_t images = graph::shapeOf(boxes)[0], count = graph::shapeOf(boxes)[1];
  auto column = [&](int64_t i) {
    return build.reshape(build.slice(boxes, 2, i, 1), {images, 1, count});
  };
  auto low = [&](mlir::Value a, mlir::Value b) {
    return build.map({a, b}, [&](const Scalars& x) {
      return by_centre ? x[0] - x[1] / 2 : graph::min(x[0], x[1]);
    });
  };
  auto high = [&](mlir::Value a, mlir::Value b) {
    return build.map({a, b}, [&](const Scalars& x) {
      return by_centre ? x[0] + x[1] / 2 : graph::max(x[0], x[1]);
    });
  };
  mlir::Value a = column(0), b = column(1), c = column(2), d = column(3);
  if (by_centre) // x, y, width, height
    return {low(b, d), low(a, c), high(b, d), high(a, c)};
  return {low(a, c), low(b, d), high(a, c), high(b, d)}; // two corners, y before x
}

/// Of the boxes [B, 1, N] the one that `hot`, [B, C, N] of 0 and 1, names: [B, C, 1].
mlir::Value chosen(const Build& build, mlir::Value hot, mlir::Value coordinate) {
  return build.reduce(build.multiply(hot, coordinate), "sum", 2, true);
}

/// 1 where a box overlaps the chosen one by more than the threshold: [B, C, N].
mlir::Value overlaps(const Build& build, const Boxes& all, mlir::Value hot, mlir::Value threshold) {
  Values operands{all.top, all.left, all.bottom, all.right};
  for (size_t i = 0; i < 4; ++i)
    operands.push_back(chosen(build, hot, operands[i]));
  operands.push_back(threshold);
  return build.map(operands, [&](const Scalars& x) {
    auto area = [](const Scalar& height, const Scalar& width) { return height * width; };
    Scalar zero = x[0].number(0);
    Scalar shared = area(graph::max(graph::min(x[2], x[6]) - graph::max(x[0], x[4]), zero),
                         graph::max(graph::min(x[3], x[7]) - graph::max(x[1], x[5]), zero));
    Scalar both = area(x[2] - x[0], x[3] - x[1]) + area(x[6] - x[4], x[7] - x[5]) - shared;
    return graph::select((both > 0) & (shared > both * x[8]), x[0].number(1), zero);
  });
}

/// The first of the best scores among the boxes that are left, -infinity for none: as 0 and 1.
mlir::Value best(const Build& build, mlir::Value left) {
  const int64_t count = graph::shapeOf(left)[2];
  mlir::Value most = build.reduce(left, "max", 2, true), places = iota(build, count, 2, 3);
  mlir::Value first = build.reduce(build.map(build.i64(), {left, most, places},
                                             [&](const Scalars& x) {
                                               return graph::select(graph::equal(x[0], x[1]), x[2],
                                                                    x[2].integer(count));
                                             }),
                                   "min", 2, true);
  return build.map(build.f32(), {first, places}, [&](const Scalars& x) {
    return graph::cast(graph::equal(x[0], x[1]), build.f32());
  });
}

struct Question {
  int64_t images, classes, count, most;
  mlir::Value overlap, score; ///< thresholds, [1, 1, 1]; score: null if there is none
};

Question read(Node& node) {
  const Dims boxes = node.shape(0), scores = node.shape(1);
  if (boxes.size() != 3 || scores.size() != 3 || boxes[2] != 4 || boxes[0] != scores[0] ||
      boxes[1] != scores[2])
    throw Unsupported(
        fmt::format("boxes {} and scores {}", graph::text(boxes), graph::text(scores)));
  const Build& build = node.build;
  Question q{scores[0], scores[1], scores[2], 0, build.number(build.f32(), 0, {1, 1, 1}), {}};
  if (node.has(2))
    q.most = std::clamp<int64_t>(node.whole(2, "the number of boxes of a class"), 0, q.count);
  if (node.has(3))
    q.overlap = build.reshape(node.operand(3), {1, 1, 1});
  if (node.has(4))
    q.score = build.reshape(node.operand(4), {1, 1, 1});
  return q;
}

} // namespace

/// Numbers of image, class and box, [M, 3].
Results non_max_suppression(Node& node) {
  const Build& build = node.build;
  const Question q = read(node);
  const Boxes boxes = corners(build, node.operand(0), node.integer("center_point_box", 0) != 0);
  if (q.most == 0 || graph::elements(node.shape(1)) == 0)
    return build.number(build.i64(), 0, {0, 3});
  constexpr double kNone = -3e38; // below all scores
  mlir::Value left = node.operand(1);
  if (q.score)
    left = build.map({left, q.score}, [&](const Scalars& x) {
      return graph::select(x[0] > x[1], x[0], x[0].number(kNone));
    });
  graph::LoopInputs inputs{q.most, {}, {}, {left}, {}, {false, false}};
  Values made = graph::buildLoop(build, node.name(), inputs, [&](const graph::Turn& turn) {
    mlir::Value scores = turn.carried[0], hot = best(build, scores);
    mlir::Value some =
        build.map(build.i64(), build.reduce(scores, "max", 2, true),
                  [&](const Scalars& x) { return graph::cast(x[0] > kNone, build.i64()); });
    mlir::Value box = build.cast(
        chosen(build, hot, build.cast(iota(build, q.count, 2, 3), build.f32())), build.i64());
    mlir::Value kept =
        build.map({scores, hot, overlaps(build, boxes, hot, q.overlap)}, [&](const Scalars& x) {
          return graph::select((x[1] > 0) | (x[2] > 0), x[0].number(kNone), x[0]);
        });
    return graph::TurnResults{{}, {kept}, {box, some}};
  });
  // [turns, B, C, 1] -> rows in the order of images, classes, turns.
  const Shape by_class{q.images, q.classes, q.most};
  const int64_t all = q.images * q.classes * q.most;
  auto rows = [&](mlir::Value value) { return build.reshape(value, {all, 1}); };
  auto turned = [&](mlir::Value value) {
    return rows(build.transpose(build.reshape(value, {q.most, q.images, q.classes}), {1, 2, 0}));
  };
  mlir::Value image = rows(build.expand(iota(build, q.images, 0, 3), by_class)),
              label = rows(build.expand(iota(build, q.classes, 1, 3), by_class));
  mlir::Value triples = build.concat({image, label, turned(made[1])}, 1);
  return picked(node, 0, triples, build.reshape(turned(made[2]), {all}), 0);
}

} // namespace npuforge::onnx
