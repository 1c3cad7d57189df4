// RNN, GRU, LSTM: one step of each, as ONNX's equations have it.
#include "operators.h"
#include "recurrent.h"

namespace npuforge::onnx {
namespace {

/// Y, Y_h and the other final states of all directions; run_direction(d, states) gives a
/// direction's outputs and leaves its final states.
template <typename Run>
Results all_directions(const Recurrent& r, size_t states_each, Run run_direction) {
  Values outputs;
  std::vector<Values> finals(states_each);
  for (int64_t d = 0; d < r.directions; ++d) {
    Values states;
    outputs.push_back(run_direction(d, states));
    for (size_t k = 0; k < states_each; ++k)
      finals[k].push_back(states[k]);
  }
  Results results{r.outputs(outputs)};
  for (const Values& state : finals)
    results.push_back(r.finals(state));
  return results;
}

Results rnn(Node& node) {
  const Recurrent r(node, 1, {"Tanh"});
  return all_directions(r, 1, [&](int64_t d, Values& states) {
    const Values x{r.projected(d, 0, r.sum(r.bias(d, 0, 0), r.bias(d, 0, 1)))};
    mlir::Value weights = r.weights(2, d, 0);
    states = {r.initial(5, d)};
    return r.run(d, states, x, [&](const Values& now, const Values& old) -> Values {
      return {r.build.map({now[0], r.recurred(old[0], weights)},
                          [&](const Scalars& s) { return r.activate(d, 0, s[0] + s[1]); })};
    });
  });
}

/// Gates z, r, h.
Results gru(Node& node) {
  const bool reset_last = node.integer("linear_before_reset", 0) != 0;
  const Recurrent r(node, 3, {"Sigmoid", "Tanh"});
  return all_directions(r, 1, [&](int64_t d, Values& states) {
    Values x, weights;
    for (int64_t gate = 0; gate < 3; ++gate) {
      mlir::Value own = r.bias(d, gate, 0);
      const bool apart = gate == 2 && reset_last; // R's bias goes through the reset gate
      x.push_back(r.projected(d, gate, apart ? own : r.sum(own, r.bias(d, gate, 1))));
      weights.push_back(r.weights(2, d, gate));
    }
    states = {r.initial(5, d)};
    return r.run(d, states, x, [&](const Values& now, const Values& old) -> Values {
      const graph::Build& build = r.build;
      auto gate = [&](size_t which) {
        return build.map({now[which], r.recurred(old[0], weights[which])},
                         [&](const Scalars& s) { return r.activate(d, 0, s[0] + s[1]); });
      };
      mlir::Value update = gate(0), reset = gate(1), hidden;
      if (reset_last) {
        mlir::Value inner = r.sum(r.recurred(old[0], weights[2]), r.bias(d, 2, 1));
        hidden = build.map({now[2], reset, inner},
                           [&](const Scalars& s) { return r.activate(d, 1, s[0] + s[1] * s[2]); });
      } else {
        mlir::Value inner = r.recurred(build.multiply(reset, old[0]), weights[2]);
        hidden = build.map({now[2], inner},
                           [&](const Scalars& s) { return r.activate(d, 1, s[0] + s[1]); });
      }
      return {build.map({update, hidden, old[0]},
                        [](const Scalars& s) { return (1 - s[0]) * s[1] + s[0] * s[2]; })};
    });
  });
}

/// Gates i, o, f, c; peepholes P [directions, 3 * hidden] of i, o, f.
Results lstm(Node& node) {
  const bool input_forget = node.integer("input_forget", 0) != 0;
  const Recurrent r(node, 4, {"Sigmoid", "Tanh", "Tanh"});
  const graph::Build& build = r.build;
  enum { kInput, kOutput, kForget, kCell };
  if (node.has(7) && node.shape(7) != Dims(Shape{r.directions, 3 * r.hidden}))
    throw Contradiction("P " + graph::text(node.shape(7)) + " does not fit");
  auto peephole = [&](int64_t d, int64_t gate) {
    if (!node.has(7))
      return build.number(node.element(0), 0, {1});
    return build.reshape(build.slice(node.operand(7), {d, gate * r.hidden}, {1, 1}, {1, r.hidden}),
                         {r.hidden});
  };
  return all_directions(r, 2, [&](int64_t d, Values& states) {
    Values x, weights, peepholes;
    for (int64_t gate = 0; gate < 4; ++gate) {
      x.push_back(r.projected(d, gate, r.sum(r.bias(d, gate, 0), r.bias(d, gate, 1))));
      weights.push_back(r.weights(2, d, gate));
      if (gate != kCell)
        peepholes.push_back(peephole(d, gate));
    }
    states = {r.initial(5, d), r.initial(6, d)};
    return r.run(d, states, x, [&](const Values& now, const Values& old) -> Values {
      auto sum = [&](size_t gate) {
        return build.add(now[gate], r.recurred(old[0], weights[gate]));
      };
      auto gate = [&](size_t which, mlir::Value cell) {
        return build.map({sum(which), cell, peepholes[which]}, [&](const Scalars& s) {
          return r.activate(d, 0, node.has(7) ? s[0] + s[1] * s[2] : s[0]);
        });
      };
      mlir::Value input = gate(kInput, old[1]);
      mlir::Value forget = input_forget
                               ? build.map(input, [](const Scalars& s) { return 1 - s[0]; })
                               : gate(kForget, old[1]);
      mlir::Value cell = build.map({input, forget, old[1], sum(kCell)}, [&](const Scalars& s) {
        return s[1] * s[2] + s[0] * r.activate(d, 1, s[3]);
      });
      mlir::Value hidden = build.map({gate(kOutput, cell), cell}, [&](const Scalars& s) {
        return s[0] * r.activate(d, 2, s[1]);
      });
      return {hidden, cell};
    });
  });
}

} // namespace

const Table& recurrent_operators() {
  static const Table table = {{"GRU", gru}, {"LSTM", lstm}, {"RNN", rnn}};
  return table;
}

} // namespace npuforge::onnx
