#include "npuforge/compiler/match/dag.h"

#include "mlir/IR/BuiltinTypes.h"

namespace npuforge::match {

Dag::Key Dag::key(const Node& node) const {
  std::vector<int> args;
  for (int arg : node.args)
    args.push_back(find(arg));
  if (isCommutative(node.op))
    std::sort(args.begin(), args.end());
  return {std::move(args), node.leaf, node.bits, node.type.getAsOpaquePointer(), node.op};
}

Dag::Class Dag::intern(Node node) {
  auto [entry, is_new] = known_.emplace(key(node), classes());
  if (is_new) {
    parent_.push_back(classes());
    nodes_.push_back({std::move(node)});
  }
  return find(entry->second);
}

Dag::Class Dag::leaf(mlir::Type type, int number) {
  return intern({"leaf", type, {}, {}, number});
}

Dag::Class Dag::constant(mlir::Type type, std::vector<uint64_t> bits) {
  if (llvm::all_equal(bits))
    bits.resize(1);
  return intern({"constant", type, {}, std::move(bits)});
}

Dag::Class Dag::number(mlir::Type type, double value) {
  return constant(type, {toBits(type, value)});
}

Dag::Class Dag::find(Class c) const {
  while (parent_[c] != c)
    c = parent_[c] = parent_[parent_[c]];
  return c;
}

void Dag::merge(Class a, Class b) {
  a = find(a), b = find(b);
  if (a == b)
    return;
  if (a > b)
    std::swap(a, b);
  parent_[b] = a;
  nodes_[a].insert(nodes_[a].end(), nodes_[b].begin(), nodes_[b].end());
  nodes_[b].clear();
}

void Dag::rebuild() {
  for (bool changed = true; changed;) {
    changed = false;
    known_.clear();
    for (Class c = 0; c < classes(); ++c) {
      std::vector<Node> unique;
      for (const Node& node : nodes_[c]) {
        auto [entry, is_new] = known_.emplace(key(node), c);
        if (is_new)
          unique.push_back(node);
        else if (find(entry->second) != c) {
          merge(entry->second, c); // what is behind it in this class is seen in the next turn
          changed = true;
          break;
        }
      }
      if (find(c) == c && !unique.empty() && unique.size() < nodes_[c].size() && !changed)
        nodes_[c] = std::move(unique);
    }
  }
}

const Node* Dag::constantOf(Class c) const {
  for (const Node& node : nodes(c))
    if (node.op == "constant")
      return &node;
  return nullptr;
}

std::optional<double> Dag::numberOf(Class c) const {
  const Node* node = constantOf(c);
  if (!node || node->bits.size() != 1)
    return std::nullopt;
  return toNumber(node->type, node->bits[0]);
}

const Node* Dag::leafOf(Class c) const {
  for (const Node& node : nodes(c))
    if (node.op == "leaf")
      return &node;
  return nullptr;
}

} // namespace npuforge::match
