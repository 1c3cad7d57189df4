#include "flow.h"

#include <set>

#include "conv/rows.h"
#include "words/concat.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class Reader {
public:
  FailureOr<Flow> read(func::FuncOp main) {
    FailureOr<Flow> flow = steps(main);
    if (succeeded(flow))
      flow->end = next_;
    return flow;
  }

private:
  FailureOr<Flow> steps(func::FuncOp function) {
    Flow flow{function, {}, 0};
    bool ok = true;
    for (Operation& op : function.getBody().front()) {
      if (!isLayer(op) && !graph::isControl(op))
        continue;
      FailureOr<Step> step = graph::isControl(op) ? control(op) : layer(op);
      ok &= succeeded(step);
      if (ok)
        flow.steps.push_back(std::move(*step));
    }
    if (!ok)
      return failure();
    return FailureOr<Flow>(std::move(flow));
  }

  FailureOr<Step> layer(Operation& op) {
    FailureOr<Layer> layer = readLayer(op);
    FailureOr<Plan> plan = wordsKind(op) ? FailureOr<Plan>(Plan()) : readPlan(op);
    if (failed(layer) || failed(plan))
      return failure();
    Step step{&op, unique(layer->name), next_, next_, std::move(*layer), *plan, {}, {}, {}};
    ++next_;
    return FailureOr<Step>(std::move(step));
  }

  FailureOr<Step> control(Operation& op) {
    Step step{&op, unique(graph::nodeName(op.getLoc())), next_, 0, {}, {}, {}, {}, {}};
    ++next_;
    for (func::FuncOp body : graph::bodiesOf(&op)) {
      FailureOr<Flow> flow = steps(body);
      if (failed(flow))
        return failure();
      step.bodies.push_back(std::move(*flow));
    }
    step.last = next_++;
    for (Flow& body : step.bodies)
      body.end = step.last;
    return FailureOr<Step>(std::move(step));
  }

  std::string unique(const std::string& name) {
    std::string result = name;
    for (int64_t next = next_; !names_.insert(result).second; ++next)
      result = name + "." + std::to_string(next);
    return result;
  }

  std::set<std::string> names_;
  int64_t next_ = 0;
};

} // namespace

FailureOr<Flow> readFlow(func::FuncOp main) {
  return Reader().read(main);
}

void Lives::add(const Flow& flow) {
  for (const Step& step : flow.steps) {
    places_[step.op] = step.last;
    for (const Flow& body : step.bodies)
      add(body);
  }
  places_[func::FuncOp(flow.function).getBody().front().getTerminator()] = flow.end;
}

int64_t Lives::lastRead(Value value) const {
  int64_t last = -1;
  for (Operation* user : value.getUsers()) {
    const bool passes = user->hasAttr(kFusedAttr) || user->hasAttr(kViewAttr) ||
                        user->hasAttr(kStoredAttr) || user->hasAttr(kPartsAttr) ||
                        user->hasAttr(kWithinAttr) ||
                        mlir::isa<graph::ReshapeOp, graph::QConvOp>(user);
    if (passes || (mlir::isa<graph::RequantOp>(user) && !places_.contains(user)))
      last = std::max(last, lastRead(user->getResult(0)));
    if (auto place = places_.find(user); place != places_.end())
      last = std::max(last, place->second);
  }
  return last;
}

} // namespace npuforge::tile
