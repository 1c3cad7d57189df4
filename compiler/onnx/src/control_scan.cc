// Scan: a loop over slices of its inputs, with as many turns as there are.
#include "control_nodes.h"

namespace npuforge::onnx {
namespace {

using graph::Shape;

/// The dimensions with one of them first; `back`: the first one there.
Shape moved_axis(int64_t rank, int64_t axis, bool back) {
  Shape perm;
  for (int64_t i = 0; i < rank; ++i)
    if (i != (back ? 0 : axis))
      perm.push_back(i);
  perm.insert(perm.begin() + (back ? axis : 0), back ? 0 : axis);
  return perm;
}

class ScanNode {
public:
  ScanNode(GraphImporter& importer, Node& node, Scope& scope)
      : importer_(importer), node_(node), scope_(scope), body_(node.body("body")),
        has_batch_(node.opset < 9) {
    operands_ = node.inputs;
    if (has_batch_) {
      if (node.has(0))
        throw Unsupported("lengths of sequences are not supported");
      operands_.erase(operands_.begin());
    }
    const auto scanned = node.integer("num_scan_inputs");
    const auto inputs = static_cast<int64_t>(operands_.size());
    if (scanned < 1 || scanned > inputs || body_.input_size() != inputs ||
        body_.output_size() < inputs - scanned || node.outputs() > body_.output_size())
      throw Unsupported(fmt::format("{} scanned inputs of {}, and a body from {} values to {}",
                                    scanned, inputs, body_.input_size(), body_.output_size()));
    states_ = static_cast<size_t>(inputs - scanned);
    const size_t slices = static_cast<size_t>(scanned),
                 collected = static_cast<size_t>(body_.output_size()) - states_;
    input_axes_ = list(has_batch_ ? "" : "scan_input_axes", slices);
    input_directions_ = list(has_batch_ ? "directions" : "scan_input_directions", slices);
    output_axes_ = list(has_batch_ ? "" : "scan_output_axes", collected);
    output_directions_ = list(has_batch_ ? "" : "scan_output_directions", collected);
  }

  Results run() {
    try {
      return has_batch_ ? batches() : one(operands_);
    } catch (const InnerRefusal&) {
      return {};
    }
  }

private:
  std::vector<int64_t> list(const char* attribute, size_t count) {
    std::vector<int64_t> numbers(count, 0);
    if (*attribute)
      numbers = node_.integers(attribute, numbers);
    if (numbers.size() != count)
      throw Unsupported(
          fmt::format("attribute '{}' has {} numbers, not {}", attribute, numbers.size(), count));
    return numbers;
  }

  /// One sequence.
  Values one(const Values& operands) {
    const graph::Build& build = node_.build;
    graph::LoopInputs inputs{0, {}, {}, {}, {}, {}};
    const llvm::ArrayRef<mlir::Value> all(operands);
    inputs.carried = Values(all.take_front(states_));
    for (auto [index, value] : llvm::enumerate(all.drop_front(states_))) {
      const int64_t rank = graph::rankOf(value), axis = wrapped_axis(input_axes_[index], rank),
                    turns = graph::shapeOf(value)[static_cast<size_t>(axis)];
      if (index > 0 && turns != inputs.most)
        throw Unsupported(fmt::format("its inputs have {} and {} slices", inputs.most, turns));
      inputs.most = turns;
      inputs.scanned.push_back(axis ? build.transpose(value, moved_axis(rank, axis, false))
                                    : value);
    }
    for (int64_t direction : input_directions_)
      inputs.backwards.push_back(direction != 0);
    for (int64_t direction : output_directions_)
      inputs.backwards.push_back(direction != 0);
    Values results = graph::buildLoop(build, node_.name() + "/body", inputs,
                                      [&](const graph::Turn& turn) { return body(turn); });
    for (size_t i = 0; i < output_axes_.size(); ++i) {
      mlir::Value& value = results[states_ + i];
      const int64_t rank = graph::rankOf(value), axis = wrapped_axis(output_axes_[i], rank);
      if (axis)
        value = build.transpose(value, moved_axis(rank, axis, true));
    }
    return results;
  }

  graph::TurnResults body(const graph::Turn& turn) {
    Scope inner = inner_scope(node_, scope_);
    for (size_t i = 0; i < operands_.size(); ++i)
      inner.values[body_.input(static_cast<int>(i)).name()] =
          i < states_ ? turn.carried[i] : turn.slices[i - states_];
    const Values outputs = complete(importer_, body_, inner);
    const llvm::ArrayRef<mlir::Value> all(outputs);
    return {{}, Values(all.take_front(states_)), Values(all.drop_front(states_))};
  }

  /// Opset 8: a batch of sequences, each by itself.
  Results batches() {
    const graph::Build& build = node_.build;
    const int64_t count = graph::shapeOf(operands_.back()).front();
    std::vector<Values> rows(static_cast<size_t>(body_.output_size()));
    for (int64_t batch = 0; batch < count; ++batch) {
      Values operands;
      for (mlir::Value value : operands_)
        operands.push_back(build.squeeze(build.slice(value, 0, batch, 1), {0}));
      for (auto [index, value] : llvm::enumerate(one(operands)))
        rows[index].push_back(build.unsqueeze(value, {0}));
    }
    Results results;
    for (const Values& values : rows)
      results.push_back(build.concat(values, 0));
    return results;
  }

  GraphImporter& importer_;
  Node& node_;
  Scope& scope_;
  const onnx_proto::GraphProto& body_;
  const bool has_batch_;
  Values operands_;
  size_t states_ = 0;
  std::vector<int64_t> input_axes_, input_directions_, output_axes_, output_directions_;
};

} // namespace

Results add_scan(GraphImporter& importer, Node& node, Scope& scope) {
  return ScanNode(importer, node, scope).run();
}

} // namespace npuforge::onnx
