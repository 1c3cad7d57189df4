// tile.cover as text.
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/maps.h"

#include "mlir/IR/Builders.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class Writer {
public:
  explicit Writer(MLIRContext* context) : b(context) {}

  Attribute write(const MapPlan& plan) {
    SmallVector<Attribute> values, steps;
    for (const MapValue& value : plan.values)
      values.push_back(write(value));
    for (const MapStep& step : plan.steps)
      steps.push_back(write(step));
    SmallVector<NamedAttribute> entries{entry("values", b.getArrayAttr(values)),
                                        entry("steps", b.getArrayAttr(steps)),
                                        entry("layer_rows", plan.layer_rows),
                                        entry("rows", plan.rows),
                                        entry("cycles", plan.cycles),
                                        entry("inexact", b.getBoolAttr(plan.inexact))};
    if (!plan.alternative.empty()) {
      SmallVector<StringRef> names(plan.alternative.begin(), plan.alternative.end());
      entries.push_back(entry("alternative", b.getStrArrayAttr(names)));
      entries.push_back(entry("alternative_cycles", plan.alternative_cycles));
    }
    return b.getDictionaryAttr(entries);
  }

private:
  NamedAttribute entry(StringRef name, Attribute value) { return b.getNamedAttr(name, value); }
  NamedAttribute entry(StringRef name, int64_t value) {
    return entry(name, b.getI64IntegerAttr(value));
  }
  NamedAttribute entry(StringRef name, const std::string& value) {
    return entry(name, b.getStringAttr(value));
  }

  Attribute write(const MapValue& value) {
    return b.getDictionaryAttr(
        {entry("space", value.space), entry("element_bytes", value.element_bytes),
         entry("input", value.input), entry("address", value.address), entry("slot", value.slot),
         entry("is_result", b.getBoolAttr(value.is_result)),
         entry("is_row", b.getBoolAttr(value.is_row)),
         entry("is_column", b.getBoolAttr(value.is_column))});
  }

  Attribute write(const MapStep& step) {
    SmallVector<Attribute> operands;
    for (const MapOperand& operand : step.operands)
      operands.push_back(
          b.getDictionaryAttr({entry("name", operand.name), entry("value", operand.value),
                               entry("bits", b.getDenseI64ArrayAttr(operand.bits)),
                               entry("is_lane", b.getBoolAttr(operand.is_lane))}));
    return b.getDictionaryAttr(
        {entry("instruction", step.instruction), entry("destination", step.destination),
         entry("result", step.result), entry("operands", b.getArrayAttr(operands)),
         entry("cycles", step.cycles), entry("waits", b.getBoolAttr(step.waits))});
  }

  Builder b;
};

/// Reads entries; a missing one is remembered.
class Reader {
public:
  bool complete = true;

  MapPlan plan(DictionaryAttr from) {
    MapPlan plan;
    for (Attribute value : get<ArrayAttr>(from, "values", {}))
      plan.values.push_back(this->value(cast<DictionaryAttr>(value)));
    for (Attribute step : get<ArrayAttr>(from, "steps", {}))
      plan.steps.push_back(this->step(cast<DictionaryAttr>(step)));
    plan.layer_rows = number(from, "layer_rows"), plan.rows = number(from, "rows"),
    plan.cycles = number(from, "cycles");
    plan.inexact = flag(from, "inexact");
    if (auto names = from.getAs<ArrayAttr>("alternative")) {
      for (Attribute name : names)
        plan.alternative.push_back(cast<StringAttr>(name).str());
      plan.alternative_cycles = number(from, "alternative_cycles");
    }
    return plan;
  }

private:
  template <typename A>
  A get(DictionaryAttr from, StringRef name, A otherwise) {
    if (auto found = from.getAs<A>(name))
      return found;
    complete = false;
    return otherwise ? otherwise : cast<A>(empty(from.getContext(), A()));
  }
  static Attribute empty(MLIRContext* context, ArrayAttr) { return ArrayAttr::get(context, {}); }
  static Attribute empty(MLIRContext* context, StringAttr) { return StringAttr::get(context, ""); }
  static Attribute empty(MLIRContext* context, BoolAttr) { return BoolAttr::get(context, false); }
  static Attribute empty(MLIRContext* context, IntegerAttr) {
    return IntegerAttr::get(IntegerType::get(context, 64), 0);
  }
  static Attribute empty(MLIRContext* context, DenseI64ArrayAttr) {
    return DenseI64ArrayAttr::get(context, {});
  }
  int64_t number(DictionaryAttr from, StringRef name) {
    return get<IntegerAttr>(from, name, {}).getInt();
  }
  std::string text(DictionaryAttr from, StringRef name) {
    return get<StringAttr>(from, name, {}).str();
  }
  bool flag(DictionaryAttr from, StringRef name) {
    return get<BoolAttr>(from, name, {}).getValue();
  }

  MapValue value(DictionaryAttr from) {
    return {text(from, "space"),     number(from, "element_bytes"), number(from, "input"),
            flag(from, "is_result"), number(from, "address"),       number(from, "slot"),
            flag(from, "is_row"),    flag(from, "is_column")};
  }

  MapStep step(DictionaryAttr from) {
    MapStep step{text(from, "instruction"), text(from, "destination"), number(from, "result"), {},
                 number(from, "cycles"),    flag(from, "waits")};
    for (Attribute entry : get<ArrayAttr>(from, "operands", {})) {
      auto operand = cast<DictionaryAttr>(entry);
      ArrayRef<int64_t> bits = get<DenseI64ArrayAttr>(operand, "bits", {}).asArrayRef();
      step.operands.push_back({text(operand, "name"),
                               number(operand, "value"),
                               {bits.begin(), bits.end()},
                               flag(operand, "is_lane")});
    }
    return step;
  }
};

} // namespace

Attribute toAttribute(MLIRContext* context, const MapPlan& plan) {
  return Writer(context).write(plan);
}

FailureOr<MapPlan> readMapPlan(Operation& op) {
  auto attribute = op.getAttrOfType<DictionaryAttr>(kCoverAttr);
  if (!attribute)
    return op.emitError() << "has no " << kCoverAttr, failure();
  Reader reader;
  MapPlan plan = reader.plan(attribute);
  if (!reader.complete || plan.steps.empty())
    return op.emitError() << "has an incomplete " << kCoverAttr, failure();
  return plan;
}

std::vector<std::pair<std::string, MapPlan>> mapsOf(ModuleOp module) {
  std::vector<std::pair<std::string, MapPlan>> maps;
  module.walk([&](LayerOp layer) { // those of branches and loops, too
    if (layer->hasAttr(kCoverAttr))
      if (FailureOr<MapPlan> plan = readMapPlan(*layer); succeeded(plan))
        maps.emplace_back(layer.getName().str(), std::move(*plan));
  });
  return maps;
}

} // namespace npuforge::tile
