#include "plane_output.h"

#include <algorithm>
#include <stdexcept>

#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/placement.h"

namespace npuforge::tools {

std::vector<assembler::PlaneBar> plane_of(mlir::ModuleOp module) {
  std::vector<assembler::PlaneBar> bars;
  uint64_t last_core = 0; // results of a core have the event of its number, others are behind those
  module.walk([&](tile::CoreOp core) { last_core = std::max(last_core, core.getNumber()); });
  module.walk<mlir::WalkOrder::PreOrder>([&](tile::LayerOp layer) {
    auto core = layer->getParentOfType<tile::CoreOp>();
    auto times = layer->getAttrOfType<mlir::DenseI64ArrayAttr>(tile::kPredictedAttr);
    if (!core || !times)
      return;
    assembler::PlaneBar bar{static_cast<int>(core.getNumber()), layer.getName().str(), times[0],
                            times[1]};
    layer.walk([&](tile::ExpectOp expect) {
      if (expect.getEvent() <= last_core)
        bar.waits.push_back(static_cast<int64_t>(expect.getEvent()));
    });
    bars.push_back(std::move(bar));
  });
  if (bars.empty())
    throw std::runtime_error("--emit=plane: nothing is placed on cores and time: the machine has "
                             "one core, all stands on one, or tasks are given without times");
  return bars;
}

std::string plane_document(const std::vector<assembler::PlaneBar>& bars, const std::string& file,
                           const std::string& title) {
  if (file.ends_with(".json"))
    return assembler::plane_json(bars);
  return file.ends_with(".svg") ? assembler::plane_svg(bars, title) : assembler::plane_text(bars);
}

} // namespace npuforge::tools
