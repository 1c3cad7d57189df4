// CenterCropPad and Col2Im: images cut, padded, put together from blocks.
#include <fmt/format.h>

#include "operators.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

Results center_crop_pad(Node& node) {
  std::vector<int64_t> wanted = node.wholes(1, "the shape"), all;
  for (int64_t i = 0; i < node.rank(0); ++i)
    all.push_back(i);
  const Shape axes = wrapped_axes(node.integers("axes", all), node.rank(0));
  if (wanted.size() != axes.size())
    throw Unsupported(fmt::format("{} sizes for {} axes", wanted.size(), axes.size()));
  Shape before(all.size(), 0), behind(all.size(), 0);
  for (auto [size, axis] : llvm::zip_equal(wanted, axes)) {
    const auto i = static_cast<size_t>(axis);
    const int64_t more = size - node.shape(0)[i];
    before[i] = more >= 0 ? more / 2 : -(-more / 2);
    behind[i] = more - before[i];
  }
  return node.build.pad(node.operand(0), before, behind, 0);
}

/// Columns of blocks back to an image: one block element after the other.
Results col2im(Node& node) {
  const Build& build = node.build;
  std::vector<int64_t> image = node.wholes(1, "the image's shape"),
                       block = node.wholes(2, "the block's shape");
  const size_t d = image.size();
  Shape strides(listed(node, "strides", std::vector<int64_t>(d, 1))),
      dilations(listed(node, "dilations", std::vector<int64_t>(d, 1))),
      pads(listed(node, "pads", std::vector<int64_t>(2 * d, 0)));
  const int64_t taps = graph::elements(block);
  if (block.size() != d || strides.size() != d || dilations.size() != d || pads.size() != 2 * d ||
      node.rank(0) != 3 || taps < 1 || taps > 1024 || node.shape(0)[1] % taps != 0)
    throw Unsupported(
        fmt::format("columns {} of blocks {}", graph::text(node.shape(0)), graph::text(block)));
  Shape blocks, padded{node.shape(0)[0], node.shape(0)[1] / taps};
  for (size_t i = 0; i < d; ++i) {
    const int64_t whole = image[i] + pads[i] + pads[d + i];
    if (strides[i] < 1 || dilations[i] < 1 || pads[i] < 0 || pads[d + i] < 0)
      throw Unsupported("a stride, dilation or pad is out of range");
    blocks.push_back((whole - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1);
    padded.push_back(whole);
  }
  const int64_t columns = graph::elements(blocks);
  if (columns != node.shape(0)[2])
    throw Unsupported(fmt::format("{} blocks, columns {}", columns, graph::text(node.shape(0))));
  const Shape to = graph::strides(padded), own = graph::strides(blocks);
  mlir::Value sum;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Shape extents{padded[0], padded[1]}, from{padded[1] * taps * columns, taps * columns},
        steps{to[0], to[1]};
    int64_t rest = tap, at = 0;
    for (size_t i = d; i-- > 0;) {
      at += rest % block[i] * dilations[i] * to[i + 2];
      rest /= block[i];
    }
    for (size_t i = 0; i < d; ++i) {
      extents.push_back(blocks[i]);
      from.push_back(own[i]);
      steps.push_back(strides[i] * to[i + 2]);
    }
    mlir::Value term = build.move(padded, node.operand(0),
                                  graph::Piece{0, extents, tap * columns, from, at, steps});
    sum = sum ? build.add(sum, term) : term;
  }
  Shape before{0, 0}, behind{0, 0};
  for (size_t i = 0; i < d; ++i) {
    before.push_back(-pads[i]);
    behind.push_back(-pads[d + i]);
  }
  return build.pad(sum, before, behind, 0);
}

} // namespace

const Table& block_operators() {
  static const Table table = {{"CenterCropPad", center_crop_pad}, {"Col2Im", col2im}};
  return table;
}

} // namespace npuforge::onnx
