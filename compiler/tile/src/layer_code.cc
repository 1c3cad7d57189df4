#include "layer_code.h"

#include "plan/kept.h"
#include "plan/plan_check.h"
#include "words/words.h"

namespace npuforge::tile {

namespace {

/// Why the layer's plan is wrong, or "".
std::string misplanned(Session& session, const Layer& layer, const Plan& plan,
                       const isa::Machine& machine) {
  if (layer.kind == Kind::Conv && plan.plain != session.tensor(layer.input).plain)
    return plan.plain ? "its input does not lie row-major" : "its input lies row-major";
  return checkPlan(layer, plan, machine);
}

} // namespace

std::unique_ptr<LayerCode> makeCode(Emit& emit, Session& session, const Layer& layer,
                                    const Plan& plan, const isa::Spec& spec) {
  if (layer.kind != Kind::Words)
    if (std::string wrong = misplanned(session, layer, plan, spec.machine); !wrong.empty()) {
      layer.root->emitError() << "'" << layer.name << "' has an impossible " << kPlanAttr << ": "
                              << wrong;
      return nullptr;
    }
  if (!runsBesideKept(layer, plan, spec.machine))
    session.dropWeights();
  switch (layer.kind) {
  case Kind::Words:
    return wordsKind(*layer.root)->make(emit, session, *layer.root, spec, layer.part);
  case Kind::Conv:
    return makeConv(emit, session, layer, plan);
  case Kind::Depthwise:
    return makeDepthwise(emit, session, layer, plan);
  case Kind::Bottleneck:
    return makeBottleneck(emit, session, layer, plan);
  case Kind::Map:
    return makeMap(emit, session, layer, plan);
  case Kind::Add:
  case Kind::Rescale:
    return makeElementwise(emit, session, layer, plan);
  default:
    return makeReduce(emit, session, layer, plan);
  }
}

} // namespace npuforge::tile
