#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/layer_value.h"
#include "npuforge/compiler/verify/verify.h"

namespace npuforge::verify {
namespace {

LayerValue read(mlir::DictionaryAttr value, size_t layer, mlir::ModuleOp module) {
  LayerValue result;
  result.layer = layer;
  result.name = value.getAs<mlir::StringAttr>("name").str();
  result.order = value.getAs<mlir::DenseI64ArrayAttr>("order").asArrayRef().vec();
  result.place.name = result.name;
  result.place.shape = value.getAs<mlir::DenseI64ArrayAttr>("shape").asArrayRef().vec();
  result.place.layout = value.getAs<mlir::StringAttr>("layout").str();
  auto data =
      module.lookupSymbol<tile::DataOp>(value.getAs<mlir::FlatSymbolRefAttr>("data").getValue());
  result.place.address = data.getAddress();
  return result;
}

/// A network's output that no layer has by its name: quantised ones, and what only was reshaped.
LayerValue output(const assembler::Port& port, const assembler::Program& program) {
  return {program.layers.size(), port.name, {}, port};
}

} // namespace

std::vector<LayerValue> layer_values(mlir::ModuleOp module, const assembler::Program& program) {
  std::vector<LayerValue> values;
  size_t layer = 0;
  for (npu::ProgramOp code : module.getOps<npu::ProgramOp>())
    for (npu::LayerOp op : code.getBody().getOps<npu::LayerOp>()) {
      if (auto value = op->getAttrOfType<mlir::DictionaryAttr>(tile::kLayerValueAttr)) {
        LayerValue next = read(value, layer, module);
        std::erase_if(values, [&](const LayerValue& known) { return known.name == next.name; });
        values.push_back(std::move(next));
      }
      ++layer;
    }
  for (const assembler::Port& port : program.outputs)
    if (std::none_of(values.begin(), values.end(),
                     [&](const LayerValue& known) { return known.name == port.name; }))
      values.push_back(output(port, program));
  return values;
}

} // namespace npuforge::verify
