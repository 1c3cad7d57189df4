#include "recurrent.h"

#include <fmt/format.h>
#include <mlir/IR/BuiltinOps.h>

#include "npuforge/compiler/graph/build_control.h"

namespace npuforge::onnx {
namespace {

/// A loop of fewer turns costs more than it saves.
constexpr int64_t kLeastTurns = 4;

Scalar sigmoid(const Scalar& x) {
  return 1 / (graph::exp(-x) + 1);
}

Activation activation(const std::string& name, double alpha, double beta) {
  if (name == "Tanh")
    return [](const Scalar& x) { return graph::tanh(x); };
  if (name == "Sigmoid")
    return sigmoid;
  if (name == "Relu")
    return [](const Scalar& x) { return graph::max(x, x.number(0)); };
  if (name == "Affine")
    return [=](const Scalar& x) { return x * alpha + beta; };
  if (name == "LeakyRelu")
    return [=](const Scalar& x) { return graph::if_negative(x, x * alpha, x); };
  if (name == "ThresholdedRelu")
    return [=](const Scalar& x) { return graph::select(x >= alpha, x, x.number(0)); };
  if (name == "ScaledTanh")
    return [=](const Scalar& x) { return graph::tanh(x * beta) * alpha; };
  if (name == "HardSigmoid")
    return [=](const Scalar& x) { return graph::clamp(x * alpha + beta, 0, 1); };
  if (name == "Elu")
    return [=](const Scalar& x) { return graph::if_negative(x, (graph::exp(x) - 1) * alpha, x); };
  if (name == "Softsign")
    return [](const Scalar& x) { return x / (graph::abs(x) + 1); };
  if (name == "Softplus")
    return [](const Scalar& x) { return graph::log(graph::exp(x) + 1); };
  throw Unsupported(fmt::format("activation '{}' is not known", name));
}

/// What the schema says where activation_alpha or activation_beta have nothing.
std::pair<double, double> default_numbers(const std::string& name) {
  static const std::map<std::string, std::pair<double, double>> numbers = {
      {"LeakyRelu", {0.01, 0}}, {"ThresholdedRelu", {1, 0}},
      {"ScaledTanh", {1, 1}},   {"HardSigmoid", {0.2, 0.5}},
      {"Elu", {1, 0}},          {"Affine", {1, 0}}};
  auto found = numbers.find(name);
  return found == numbers.end() ? std::pair<double, double>() : found->second;
}

/// Functions take their numbers from the lists in order; those without numbers take none.
std::vector<Activation> read_activations(Node& node, std::vector<std::string> defaults,
                                         int64_t directions) {
  const std::vector<std::string> one = defaults;
  if (directions == 2)
    defaults.insert(defaults.end(), one.begin(), one.end());
  const std::vector<std::string> names = node.texts("activations", defaults);
  std::vector<double> alphas = node.reals("activation_alpha", {}),
                      betas = node.reals("activation_beta", {});
  if (names.size() != defaults.size())
    throw Unsupported(
        fmt::format("{} activations where {} are needed", names.size(), defaults.size()));
  std::vector<Activation> result;
  size_t next_alpha = 0, next_beta = 0;
  for (const std::string& name : names) {
    auto [alpha, beta] = default_numbers(name);
    const bool has_alpha = name != "Tanh" && name != "Sigmoid" && name != "Relu" &&
                           name != "Softsign" && name != "Softplus";
    const bool has_beta = name == "Affine" || name == "ScaledTanh" || name == "HardSigmoid";
    if (has_alpha && next_alpha < alphas.size())
      alpha = alphas[next_alpha++];
    if (has_beta && next_beta < betas.size())
      beta = betas[next_beta++];
    result.push_back(activation(name, alpha, beta));
  }
  return result;
}

} // namespace

Recurrent::Recurrent(Node& node, int64_t gates, std::vector<std::string> defaults)
    : build(node.build), node_(node), gates_(gates) {
  direction = node.text("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    throw Unsupported(fmt::format("direction '{}' is not known", direction));
  directions = direction == "bidirectional" ? 2 : 1;
  batch_first = node.integer("layout", 0) != 0;
  clips = node.given("clip");
  clip = node.real("clip", 0);
  activations = read_activations(node, std::move(defaults), directions);
  if (node.rank(0) != 3 || node.rank(1) != 3 || node.rank(2) != 3)
    throw Contradiction("X, W and R need three dimensions");
  x_ = batch_first ? build.transpose(node.operand(0), {1, 0, 2}) : node.operand(0);
  Dims x = graph::shapeOf(x_), w = node.shape(1), r = node.shape(2);
  steps = x[0], batch = x[1], inputs = x[2], hidden = r[2];
  const int64_t size = node.integer("hidden_size", hidden);
  Shape wanted_w{directions, gates * hidden, inputs}, wanted_r{directions, gates * hidden, hidden};
  if (size != hidden || w != Dims(wanted_w) || r != Dims(wanted_r))
    throw Contradiction(fmt::format("W {} and R {} do not fit X {} and hidden_size {}",
                                    graph::text(w), graph::text(r), graph::text(x), size));
  if (node.has(3) && node.shape(3) != Dims(Shape{directions, 2 * gates * hidden}))
    throw Contradiction(fmt::format("B {} does not fit", graph::text(node.shape(3))));
  if (node.has(4) && node.shape(4) != Dims(Shape{batch}))
    throw Contradiction(fmt::format("sequence_lens {} does not fit", graph::text(node.shape(4))));
}

Scalar Recurrent::activate(int64_t d, size_t which, const Scalar& x) const {
  const size_t each = activations.size() / static_cast<size_t>(directions);
  return activations[static_cast<size_t>(d) * each + which](clips ? graph::clamp(x, -clip, clip)
                                                                  : x);
}

mlir::Value Recurrent::weights(size_t input, int64_t d, int64_t gate) const {
  const int64_t columns = node_.shape(input)[2];
  mlir::Value rows =
      build.slice(node_.operand(input), {d, gate * hidden, 0}, {1, 1, 1}, {1, hidden, columns});
  return build.transpose(rows, {0, 2, 1});
}

mlir::Value Recurrent::bias(int64_t d, int64_t gate, int64_t half) const {
  if (!node_.has(3))
    return {};
  mlir::Value part =
      build.slice(node_.operand(3), {d, (half * gates_ + gate) * hidden}, {1, 1}, {1, hidden});
  return build.reshape(part, {hidden});
}

mlir::Value Recurrent::sum(mlir::Value a, mlir::Value b) const {
  return a && b ? build.add(a, b) : a ? a : b;
}

mlir::Value Recurrent::projected(int64_t d, int64_t gate, mlir::Value bias) const {
  mlir::Value rows = build.reshape(x_, {1, steps * batch, inputs});
  mlir::Value product = build.contract(rows, weights(1, d, gate));
  return sum(build.reshape(product, {steps, batch, hidden}), bias);
}

mlir::Value Recurrent::recurred(mlir::Value h, mlir::Value weights) const {
  return build.reshape(build.contract(build.reshape(h, {1, batch, hidden}), weights),
                       {batch, hidden});
}

mlir::Value Recurrent::initial(size_t input, int64_t d) const {
  if (!node_.has(input))
    return build.number(node_.element(0), 0, {batch, hidden});
  mlir::Value states = node_.operand(input);
  if (batch_first)
    states = build.transpose(states, {1, 0, 2});
  if (graph::shapeOf(states) != Dims(Shape{directions, batch, hidden}))
    throw Contradiction(
        fmt::format("an initial state {} does not fit", graph::text(node_.shape(input))));
  return build.reshape(build.slice(states, 0, d, 1), {batch, hidden});
}

Values Recurrent::masked(const Values& next, const Values& states, mlir::Value time) const {
  Values results{next[0]};
  results.append(next);
  if (!node_.has(4))
    return results;
  mlir::Value lengths = build.reshape(node_.operand(4), {batch, 1});
  mlir::Value now = build.cast(time, graph::elementOf(lengths));
  results[0] = build.map({next[0], lengths, now}, [&](const Scalars& s) {
    return graph::select(s[1] > s[2], s[0], s[0].number(0));
  });
  for (size_t k = 0; k < next.size(); ++k)
    results[k + 1] = build.map({next[k], states[k], lengths, now}, [&](const Scalars& s) {
      return graph::select(s[2] > s[3], s[0], s[1]);
    });
  return results;
}

/// As the import was asked to. (A body of control flow that is being built is in no module.)
bool Recurrent::unrolls() const {
  auto module = mlir::Value(x_).getParentRegion()->getParentOfType<mlir::ModuleOp>();
  return module && module->hasAttr(kUnrollsAttr);
}

mlir::Value Recurrent::run(int64_t d, Values& states, const Values& projected,
                           const Step& step) const {
  return steps < kLeastTurns || unrolls() ? unrolled(d, states, projected, step)
                                          : looped(d, states, projected, step);
}

mlir::Value Recurrent::unrolled(int64_t d, Values& states, const Values& projected,
                                const Step& step) const {
  Values outputs(static_cast<size_t>(steps));
  for (int64_t i = 0; i < steps; ++i) {
    const int64_t time = backwards(d) ? steps - 1 - i : i;
    Values now;
    for (mlir::Value rows : projected)
      now.push_back(build.reshape(build.slice(rows, 0, time, 1), {batch, hidden}));
    const Values made =
        masked(step(now, states), states, build.number(build.i64(), static_cast<double>(time)));
    outputs[static_cast<size_t>(time)] = build.reshape(made[0], {1, batch, hidden});
    states = Values(llvm::ArrayRef(made).drop_front());
  }
  return outputs.empty() ? build.number(node_.element(0), 0, {0, batch, hidden})
                         : build.concat(outputs, 0);
}

mlir::Value Recurrent::looped(int64_t d, Values& states, const Values& projected,
                              const Step& step) const {
  graph::LoopInputs inputs{steps, {}, {}, states, projected, {}};
  const bool collects = node_.wants(0);
  inputs.backwards.assign(projected.size() + collects, backwards(d));
  const std::string name = node_.name() + (d == 0 ? "/step" : "/step_back");
  Values results = graph::buildLoop(build, name, inputs, [&](const graph::Turn& turn) {
    mlir::Value time = turn.number;
    if (backwards(d))
      time = build.map({time}, [&](const Scalars& s) { return s[0].integer(steps - 1) - s[0]; });
    const Values made = masked(step(turn.slices, turn.carried), turn.carried, time);
    return graph::TurnResults{
        {}, Values(llvm::ArrayRef(made).drop_front()), collects ? Values{made[0]} : Values()};
  });
  mlir::Value outputs = collects ? results.pop_back_val() : mlir::Value();
  states = results;
  return outputs;
}

mlir::Value Recurrent::outputs(const Values& by_direction) const {
  if (!by_direction[0])
    return {};
  Values rows;
  for (mlir::Value outputs : by_direction)
    rows.push_back(build.reshape(outputs, {steps, 1, batch, hidden}));
  mlir::Value all = build.concat(rows, 1);
  return batch_first ? build.transpose(all, {2, 0, 1, 3}) : all;
}

mlir::Value Recurrent::finals(llvm::ArrayRef<mlir::Value> by_direction) const {
  Values rows;
  for (mlir::Value state : by_direction)
    rows.push_back(build.reshape(state, {1, batch, hidden}));
  mlir::Value all = build.concat(rows, 0);
  return batch_first ? build.transpose(all, {1, 0, 2}) : all;
}

} // namespace npuforge::onnx
