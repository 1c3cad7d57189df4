#include "extents.h"

#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

std::string unknown(const Node& node, size_t input, int64_t dim) {
  return fmt::format("only the device knows the extent of dimension {} of its input '{}', and the "
                     "operator mixes elements of that dimension",
                     dim, node.proto().input(static_cast<int>(input)));
}

bool is_elementwise(const std::string& name) {
  return elementwise_operators().count(name) || activation_operators().count(name) ||
         name == "Identity";
}

/// The dimension of the first result along which those elements lie; none if they are mixed.
std::optional<int64_t> kept(Node& node, const Results& results, size_t input, int64_t dim) {
  const std::string& name = node.proto().op_type();
  const int64_t rank = node.rank(input), shift = graph::rankOf(results[0]) - rank;
  if (is_elementwise(name)) {
    const Dims to = graph::shapeOf(results[0]);
    const bool same = shift >= 0 && to[static_cast<size_t>(dim + shift)] ==
                                        node.shape(input)[static_cast<size_t>(dim)];
    return same ? std::optional(dim + shift) : std::nullopt; // else it is repeated
  }
  if (name == "Transpose") {
    std::vector<int64_t> reversed;
    for (int64_t i = rank; i-- > 0;)
      reversed.push_back(i);
    const std::vector<int64_t> perm = node.integers("perm", reversed);
    return std::find(perm.begin(), perm.end(), dim) - perm.begin();
  }
  if (name == "Gather") {
    const int64_t axis = node.axis("axis", 0, node.rank(0));
    if (input == 1)
      return axis + dim;
    if (dim != axis)
      return dim < axis ? dim : dim + node.rank(1) - 1;
  }
  if (name == "GatherND" && input == 1 && dim < rank - 1)
    return dim;
  return {};
}

} // namespace

std::optional<Extent> Extents::of(mlir::Value value) const {
  auto found = extents_.find(value);
  return value && found != extents_.end() ? std::optional(found->second) : std::nullopt;
}

void Extents::carry(Node& node, const Results& results) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    auto extent = of(node.inputs[i]);
    if (!extent)
      continue;
    auto dim = kept(node, results, i, extent->dim);
    auto before = of(results[0]);
    if (!dim || (before && (before->dim != *dim || before->count != extent->count)))
      throw Unsupported(unknown(node, i, extent->dim));
    set(results[0], {*dim, extent->count});
  }
}

void Extents::refuse(const Node& node) const {
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (auto extent = of(node.inputs[i]))
      throw Unsupported(unknown(node, i, extent->dim));
}

} // namespace npuforge::onnx
