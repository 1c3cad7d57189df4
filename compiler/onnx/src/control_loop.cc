// Loop: a device loop where all turns are alike, unrolled where they are not.
#include <limits>

#include "control_nodes.h"
#include "loop_form.h"

namespace npuforge::onnx {
namespace {

using graph::LoopInputs;
using graph::Turn;
using graph::TurnResults;
using onnx_proto::GraphProto;

constexpr int64_t kMostUnrolled = 1024, kUnbounded = std::numeric_limits<int64_t>::max();

/// A loop's body, what it begins with, and which of its outputs behind the carried values are
/// collected.
struct Form {
  const GraphProto& body;
  Values initial;
  std::vector<int> wanted;
};

/// How many turns.
struct Bounds {
  mlir::Value trips; ///< null: `most` says it
  int64_t most = kUnbounded;
  mlir::Value condition;
  bool decided = false; ///< all conditions are true, `most` turns are done

  bool constant() const { return !trips && (decided || known(condition)); }
};

class LoopNode {
public:
  LoopNode(GraphImporter& importer, Node& node, Scope& scope, Form form, Bounds bounds)
      : importer_(importer), node_(node), scope_(scope), form_(std::move(form)),
        bounds_(std::move(bounds)), refused_(importer.refusals()) {}

  /// A result for each of the body's outputs but the first; null: not wanted.
  Results run() {
    if (!bounds_.trips && (bounds_.most <= 1 || known(bounds_.condition) == 0))
      return unroll();
    try {
      return device();
    } catch (const InnerRefusal&) {
      if (!bounds_.constant())
        return {};
    } catch (const graph::BuildError&) {
      if (!bounds_.constant())
        throw;
    }
    return unroll();
  }

  Results device() {
    LoopInputs inputs{bounds_.most, bounds_.trips, {}, form_.initial, {}, {}};
    inputs.backwards.assign(form_.wanted.size(), false);
    if (known(bounds_.condition) != 1)
      inputs.condition = bounds_.condition;
    Values made =
        graph::buildLoop(node_.build, node_.name() + "/body", inputs, [&](const Turn& now) {
          const Values outputs = turn(form_.body, now.number, now.carried);
          mlir::Value goes_on = scalar(node_, outputs[0], "the condition");
          TurnResults next{{}, carriedOf(outputs), {}};
          if (!bounds_.decided && (inputs.condition || known(goes_on) != 1))
            next.condition = goes_on;
          for (int output : form_.wanted)
            next.collected.push_back(outputs[static_cast<size_t>(output)]);
          return next;
        });
    const llvm::ArrayRef<mlir::Value> all(made);
    return results(Values(all.take_front(form_.initial.size())),
                   Values(all.drop_front(form_.initial.size())));
  }

  /// The number of turns where constants alone decide about it.
  std::optional<int64_t> decided() {
    if (!bounds_.constant())
      return {};
    const Decision decision = decision_of(form_.body, static_cast<int>(form_.initial.size()));
    Values carried(form_.initial.size());
    for (int i : decision.carried)
      carried[static_cast<size_t>(i)] = form_.initial[static_cast<size_t>(i)];
    auto goes_on = known(bounds_.condition);
    int64_t turns = 0;
    for (; turns < bounds_.most && goes_on == 1; ++turns) {
      if (turns == kMostDecided)
        return {};
      const Values outputs = turn(decision.body, numberOf(turns), carried);
      goes_on = known(scalar(node_, outputs[0], "the condition"));
      for (auto [index, i] : llvm::enumerate(decision.carried))
        carried[static_cast<size_t>(i)] = outputs[1 + index];
    }
    return goes_on ? std::optional(turns) : std::nullopt;
  }

private:
  static constexpr int64_t kMostDecided = 4096;

  mlir::Value numberOf(int64_t turn) { return node_.build.integers({turn}, node_.build.i64(), {}); }

  /// The outputs of one turn. Carried values may be null where nothing reads them.
  Values turn(const GraphProto& body, mlir::Value number, const Values& carried) {
    Scope inner = inner_scope(node_, scope_);
    inner.values[body.input(0).name()] = number;
    inner.values[body.input(1).name()] = node_.build.number(node_.build.boolean(), 1);
    for (size_t i = 0; i < carried.size(); ++i)
      inner.values[body.input(static_cast<int>(i) + 2).name()] = carried[i];
    return complete(importer_, body, inner);
  }

  Values carriedOf(const Values& outputs) const {
    return Values(llvm::ArrayRef(outputs).slice(1, form_.initial.size()));
  }

  Results results(const Values& carried, const Values& collected) const {
    Results all(carried);
    all.resize(static_cast<size_t>(form_.body.output_size()) - 1);
    for (auto [index, output] : llvm::enumerate(form_.wanted))
      all[static_cast<size_t>(output) - 1] = collected[index];
    return all;
  }

  Results unroll() {
    importer_.forget_refusals(refused_);
    try {
      return unrolled();
    } catch (const InnerRefusal&) {
      return {};
    }
  }

  Results unrolled() {
    Values carried = form_.initial;
    std::vector<Values> rows(form_.wanted.size());
    mlir::Value condition = bounds_.condition;
    for (int64_t turns = 0; turns < bounds_.most; ++turns) {
      auto goes_on = known(condition);
      if (!goes_on)
        throw Unsupported("its turns differ in shapes or parameters, and their number is known "
                          "only when the network runs");
      if (!*goes_on)
        break;
      if (turns == kMostUnrolled)
        throw Unsupported(fmt::format(
            "its turns differ in shapes or parameters, and there are more than {}", turns));
      const Values outputs = turn(form_.body, numberOf(turns), carried);
      condition = scalar(node_, outputs[0], "the condition");
      carried = carriedOf(outputs);
      for (auto [index, output] : llvm::enumerate(form_.wanted))
        rows[index].push_back(node_.build.unsqueeze(outputs[static_cast<size_t>(output)], {0}));
    }
    Values collected;
    for (auto [index, stack] : llvm::enumerate(rows))
      collected.push_back(stack.empty() ? nothing(form_.wanted[index])
                                        : node_.build.concat(stack, 0));
    return results(carried, collected);
  }

  /// What no turn collects: a turn that is not done tells the shape.
  mlir::Value nothing(int output) {
    LoopInputs inputs{0, {}, {}, form_.initial, {}, {false}};
    Values made =
        graph::buildLoop(node_.build, node_.name() + "/body", inputs, [&](const Turn& now) {
          const Values outputs = turn(form_.body, now.number, now.carried);
          return TurnResults{{}, now.carried, {outputs[static_cast<size_t>(output)]}};
        });
    const graph::Shape shape(graph::shapeOf(made.back()));
    return node_.build.number(graph::elementOf(made.back()), 0, shape);
  }

  GraphImporter& importer_;
  Node& node_;
  Scope& scope_;
  const Form form_;
  const Bounds bounds_;
  const size_t refused_;
};

Form read_form(Node& node) {
  Form form{node.body("body"), {}, {}};
  for (size_t i = 2; i < node.inputs.size(); ++i)
    form.initial.push_back(node.operand(i));
  const auto carried = static_cast<int>(form.initial.size());
  if (form.body.input_size() != 2 + carried || form.body.output_size() < 1 + carried ||
      node.outputs() > form.body.output_size() - 1)
    throw Unsupported(fmt::format("its body takes {} values and gives {}, which does not fit {} "
                                  "carried values and {} outputs",
                                  form.body.input_size(), form.body.output_size(), carried,
                                  node.outputs()));
  for (int i = 1 + carried; i < form.body.output_size(); ++i)
    if (node.wants(i - 1))
      form.wanted.push_back(i);
  return form;
}

Bounds read_bounds(Node& node) {
  Bounds bounds;
  if (node.has(0)) {
    bounds.trips = scalar(node, node.operand(0), "the number of turns");
    if (auto count = known(bounds.trips))
      bounds.most = std::max<int64_t>(*count, 0), bounds.trips = {};
  }
  bounds.condition = node.has(1) ? scalar(node, node.operand(1), "the condition")
                                 : node.build.number(node.build.boolean(), 1);
  return bounds;
}

/// A value and behind it, along an axis, what turns append to it: [turns, slice ..].
mlir::Value appended(const graph::Build& build, mlir::Value initial, mlir::Value stack,
                     int64_t axis) {
  const int64_t rank = graph::rankOf(initial), at = wrapped_axis(axis, rank);
  graph::Shape perm, shape(graph::shapeOf(stack).drop_front());
  shape[static_cast<size_t>(at)] *= graph::shapeOf(stack).front();
  for (int64_t i = 1; i <= rank; ++i)
    perm.push_back(i);
  perm.insert(perm.begin() + at, 0);
  return build.concat({initial, build.reshape(build.transpose(stack, perm), shape)}, at);
}

/// A loop of which some values only grow, and whose number of turns is known: they are collected.
Results growing_loop(GraphImporter& importer, Node& node, Scope& scope, const Form& form,
                     const GrowingBody& grown, const Bounds& bounds) {
  Form inner{grown.body, {}, {}};
  auto growth_of = [&](size_t carried) {
    return llvm::find_if(grown.growths, [&](const Growth& growth) {
      return growth.carried == static_cast<int>(carried);
    });
  };
  for (size_t i = 0; i < form.initial.size(); ++i)
    if (growth_of(i) == grown.growths.end())
      inner.initial.push_back(form.initial[i]);
  const auto fewer = static_cast<int>(grown.growths.size());
  for (int output : form.wanted)
    inner.wanted.push_back(output - fewer);
  for (const Growth& growth : grown.growths)
    inner.wanted.push_back(growth.output);
  const Results made = LoopNode(importer, node, scope, inner, bounds).device();
  Results all;
  size_t next = 0;
  for (size_t i = 0; i < form.initial.size(); ++i) {
    auto growth = growth_of(i);
    all.push_back(growth == grown.growths.end()
                      ? made[next++]
                      : appended(node.build, form.initial[i],
                                 made[static_cast<size_t>(growth->output) - 1], growth->axis));
  }
  for (size_t i = form.initial.size(); i + 1 < static_cast<size_t>(form.body.output_size()); ++i)
    all.push_back(made[next++]);
  return all;
}

} // namespace

Results add_loop(GraphImporter& importer, Node& node, Scope& scope) {
  const Form form = read_form(node);
  Bounds bounds = read_bounds(node);
  const GrowingBody grown = separate_growth(form.body, static_cast<int>(form.initial.size()));
  const size_t refused = importer.refusals();
  if (!grown.growths.empty() || !form.wanted.empty()) {
    try {
      if (auto turns = LoopNode(importer, node, scope, form, bounds).decided()) {
        bounds = {{}, *turns, node.build.number(node.build.boolean(), 1), true};
        if (!grown.growths.empty() && *turns > 1)
          return growing_loop(importer, node, scope, form, grown, bounds);
      }
    } catch (const InnerRefusal&) { // not in this way
    } catch (const graph::BuildError&) {
    }
    importer.forget_refusals(refused);
  }
  return LoopNode(importer, node, scope, form, bounds).run();
}

} // namespace npuforge::onnx
