#include "plan/kept.h"

#include <fmt/format.h>

#include "npuforge/compiler/tile/maps.h"

#include "maps/map_plan.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

bool convBeside(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const MemoryMap map(machine);
  if (plan.plain || layer.pooling)
    return false;
  const int64_t seconds = layer.sum ? layer.out.height * layer.out.width * machine.array.cols : 0;
  return std::max(convFootprint(layer, plan, machine).bytes, seconds) <= map.kept.address;
}

/// All that it places in the input's half lies at the beginning of an eighth.
bool mapBeside(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const MemoryMap map(machine);
  FailureOr<MapPlan> steps = readMapPlan(*layer.root);
  return succeeded(steps) && llvm::all_of(steps->values, [&](const MapValue& value) {
           if (value.is_result || value.space != isa::name(isa::Space::Scratchpad))
             return true;
           const int64_t bytes = plan.band * machine.array.cols * value.element_bytes +
                                 (value.input >= 0 ? value.slot : 0);
           return value.address % map.stripe + bytes <= map.kept.address;
         });
}

} // namespace

int64_t keptBytes(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  if (layer.kind != Kind::Conv || layer.lead != 0 || plan.band < layer.out.height ||
      plan.blocks_outside || !convBeside(layer, plan, machine))
    return 0;
  const Reduction r = reductionOf(layer, plan, machine);
  const int64_t blocks = ceilDiv(layer.out.channels, machine.array.cols),
                each = ceilDiv(blocks, MemoryMap::kStripes);
  if (!r.one_group(plan) || (blocks > MemoryMap::kStripes && blocks % MemoryMap::kStripes != 0))
    return 0;
  const int64_t bytes = each * r.bytes;
  return bytes <= MemoryMap(machine).kept.bytes ? bytes : 0;
}

bool runsBesideKept(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  switch (layer.kind) {
  case Kind::Conv:
    return convBeside(layer, plan, machine);
  case Kind::Add:
  case Kind::Rescale:
    return plan.band * machine.array.cols <= MemoryMap(machine).kept.address;
  case Kind::Map:
    return mapBeside(layer, plan, machine);
  default:
    return false;
  }
}

std::string checkKept(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  if (plan.kept == 0)
    return plan.found ? "found is for weights that are kept" : "";
  const int64_t bytes = keptBytes(layer, plan, machine);
  if (bytes == 0)
    return "its weights cannot be kept";
  const Place place = MemoryMap(machine).kept;
  if (plan.kept < place.address || plan.kept + bytes > place.address + place.bytes ||
      plan.kept % machine.array.cols != 0)
    return fmt::format("kept is {}, and the {} bytes of a stripe can lie from {} to {}", plan.kept,
                       bytes, place.address, place.address + place.bytes);
  return "";
}

} // namespace npuforge::tile
