#include "conv/share.h"

#include <fmt/format.h>

#include "npuforge/compiler/graph/optimisations.h"

#include "conv/conv.h"

namespace npuforge::tile {

namespace {

/// Weights come in so many groups, of which all but the last have so many steps of the reduction.
struct Groups {
  int64_t count, steps;
  bool operator==(const Groups&) const = default;
};
Groups groupsOf(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const int64_t blocks = ceilDiv(layer.out.channels, machine.array.cols),
                bands = convFootprint(layer, plan, machine).bands, all = r.outer * r.inner;
  if (!r.one_group(plan))
    return {bands * blocks * r.outer * ceilDiv(r.inner, plan.chunk), plan.chunk};
  if (bands == 1 || plan.blocks_outside)
    return {blocks, all};
  const bool stay = blocks * r.bytes <= MemoryMap(machine).weights[0].bytes &&
                    graph::allowed(layer.root, graph::kKeepWeights);
  return stay ? Groups{1, blocks * all} : Groups{bands * blocks, all};
}

bool copiesAcross(const isa::Spec& spec) {
  return std::any_of(spec.instructions.begin(), spec.instructions.end(),
                     [](const isa::Instruction& i) { return i.action == isa::Action::CopyAcross; });
}

int64_t freeEvent(const isa::Machine& machine, int core) {
  return machine.cores + core;
}
int64_t readyEvent(const isa::Machine& machine, int core) {
  return 2 * machine.cores + core;
}

std::string checkMachine(const isa::Spec& spec) {
  const isa::Machine& machine = spec.machine;
  if (!copiesAcross(spec))
    return fmt::format("{} has no instruction that copies between cores", machine.name);
  if (machine.events.count < 3 * machine.cores)
    return fmt::format("that takes {} events, {} has {}", 3 * machine.cores, machine.name,
                       machine.events.count);
  return "";
}

} // namespace

std::string checkShared(const std::vector<SharedPart>& parts, const isa::Spec& spec) {
  const isa::Machine& machine = spec.machine;
  if (std::string wrong = checkMachine(spec); !wrong.empty())
    return wrong;
  if (parts.size() < 2)
    return "core " + std::to_string(parts.front().core) + " is alone with its blocks";
  const auto count = static_cast<int64_t>(parts.size());
  const SharedPart& first = parts.front();
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto& [core, layer, plan] = parts[i];
    if (layer->kind != Kind::Conv)
      return "the layer is no convolution";
    for (size_t other = 0; other < i; ++other)
      if (parts[other].core == core)
        return fmt::format("core {} has two of the tasks", core);
    if (plan->kept != 0)
      return fmt::format("core {} keeps them", core);
    if (layer->out.height * layer->out.width <= machine.array.rows / 4)
      return fmt::format("core {} has too few pixels", core);
    if (groupsOf(*layer, *plan, machine) != groupsOf(*first.layer, *first.plan, machine))
      return fmt::format("the plans of core {} and core {} load them in different groups",
                         first.core, core);
  }
  const int64_t step = reductionOf(*first.layer, *first.plan, machine).step_bytes;
  if (step % (count * machine.row_bytes()) != 0)
    return fmt::format("a step's {} bytes are not whole rows for each of {} cores", step, count);
  return "";
}

bool loadsBlocksOnce(const SharedPart& part, const isa::Machine& machine) {
  const auto& [core, layer, plan] = part;
  const Reduction r = reductionOf(*layer, *plan, machine);
  const int64_t blocks = ceilDiv(layer->out.channels, machine.array.cols),
                chunks = r.one_group(*plan) ? 1 : r.outer * ceilDiv(r.inner, plan->chunk);
  return blocks > 1 && groupsOf(*layer, *plan, machine).count == blocks * chunks;
}

bool agreesOnSlot(Gang& gang, int64_t groups_before) {
  if (!gang.parity)
    gang.parity = groups_before % 2;
  return *gang.parity == groups_before % 2;
}

/// A turn of the slots in which nothing is loaded; run() has what the weights unit does for it.
void ConvCode::passSlot() {
  s.awaitCredit(e, "load", "weights");
  e.signal("load", "weights");
}

void ConvCode::loadShared(Value offset, Value steps, Value slot) {
  using mlir::SmallVector;
  const std::vector<int>& cores = layer.gang->cores;
  const auto own = std::find(cores.begin(), cores.end(), layer.core) - cores.begin();
  SmallVector<int64_t> all(cores.begin(), cores.end()), others = all;
  others.erase(others.begin() + own);
  const int64_t free = freeEvent(e.machine, layer.core);
  auto tell = [&](llvm::StringRef unit, int64_t event, llvm::ArrayRef<int64_t> to) {
    NotifyOp::create(e.builder, e.location, unit, event, to);
  };

  Value bytes = e.mul(steps, r.step_bytes / static_cast<int64_t>(cores.size()));
  Value first = e.mul(bytes, static_cast<int64_t>(own));
  Value place = e.scratchpad(e.map.weightSlots(), "weights");
  Value here = e.row(place, e.add(slot, first), 0);
  Value from = e.row(s.dram(e, weights_data), e.add(offset, first), 0);
  s.awaitCredit(e, "load", "weights");
  tell("load", free, others);
  CopyInOp::create(e.builder, e.location, here, from, bytes);
  tell("load", free, {layer.core});
  for (int core : cores)
    ExpectOp::create(e.builder, e.location, "store", freeEvent(e.machine, core));
  CopyAcrossOp::create(e.builder, e.location, here, here, bytes, others);
  tell("store", readyEvent(e.machine, layer.core), all);
}

/// The group that was asked for last is there when all have sent their parts; their own one, too,
/// since what is sent must not be overwritten before. This comes late, right before the weights are
/// used, so that loads behind the request do not wait.
void ConvCode::takeShared() {
  if (!layer.gang)
    return;
  for (int core : layer.gang->cores)
    ExpectOp::create(e.builder, e.location, "load", readyEvent(e.machine, core));
  e.signal("load", "weights");
}

} // namespace npuforge::tile
