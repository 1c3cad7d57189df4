// The attribute `tile.plan` and its entries.
#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Builders.h"
#include "plan/plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// What can be said of a plan: a number, a truth value, or a name that is there or not.
struct Entry {
  enum Kind { Number, Truth, Presence } kind;
  StringLiteral name;
  int64_t Plan::* number = nullptr;
  bool Plan::* truth = nullptr;
  bool needed = true; ///< Number: else 0 where it is missing
};

const Entry kEntries[] = {
    {Entry::Number, "band", &Plan::band},
    {Entry::Truth, "interleave", nullptr, &Plan::interleave},
    {Entry::Truth, "plain", nullptr, &Plan::plain},
    {Entry::Truth, "unfold", nullptr, &Plan::unfold},
    {Entry::Truth, "roll_rows", nullptr, &Plan::roll_rows},
    {Entry::Number, "chunk", &Plan::chunk},
    {Entry::Truth, "blocks_outside", nullptr, &Plan::blocks_outside},
    {Entry::Presence, "neighbours", nullptr, &Plan::neighbours, false},
    {Entry::Presence, "thin", nullptr, &Plan::thin, false},
    {Entry::Number, "together", &Plan::together, nullptr, false},
    {Entry::Number, "kept", &Plan::kept, nullptr, false},
    {Entry::Presence, "found", nullptr, &Plan::found, false},
    {Entry::Number, "array_rows", &Plan::array_rows, nullptr, false},
};

/// False where the attribute has another type.
bool readEntry(Plan& plan, const Entry& entry, Attribute value) {
  if (entry.kind == Entry::Number) {
    auto number = dyn_cast<IntegerAttr>(value);
    if (!number || !number.getType().isInteger(64))
      return false;
    plan.*entry.number = number.getInt();
    return true;
  }
  auto truth = dyn_cast<BoolAttr>(value);
  if (entry.kind == Entry::Presence ? !mlir::isa<UnitAttr>(value) : !truth)
    return false;
  plan.*entry.truth = entry.kind == Entry::Presence || truth.getValue();
  return true;
}

} // namespace

Attribute toAttribute(MLIRContext* context, const Plan& plan) {
  Builder b(context);
  NamedAttrList list;
  for (const Entry& entry : kEntries) {
    const bool is_set = entry.number ? plan.*entry.number != 0 : plan.*entry.truth;
    if (!is_set && !entry.needed)
      continue;
    if (entry.kind == Entry::Number)
      list.append(entry.name, b.getI64IntegerAttr(plan.*entry.number));
    else if (entry.kind == Entry::Truth)
      list.append(entry.name, b.getBoolAttr(is_set));
    else
      list.append(entry.name, b.getUnitAttr());
  }
  return list.getDictionary(context);
}

FailureOr<Plan> readPlan(Operation& op) {
  return readPlan(op, op.getAttr(kPlanAttr));
}

FailureOr<Plan> readPlan(Operation& op, Attribute given) {
  auto attribute = dyn_cast_or_null<DictionaryAttr>(given);
  if (!attribute)
    return op.emitError() << "has no " << kPlanAttr, failure();
  Plan plan;
  for (const Entry& entry : kEntries) {
    Attribute value = attribute.get(entry.name);
    if (!value && !entry.needed)
      continue;
    static constexpr StringLiteral kForms[] = {"a number of type i64", "true or false",
                                               "a name without a value"};
    if (!value || !readEntry(plan, entry, value))
      return op.emitError() << "has a " << kPlanAttr << " whose '" << entry.name << "' is "
                            << (value ? "not " : "missing: ") << kForms[entry.kind],
             failure();
  }
  for (NamedAttribute named : attribute)
    if (llvm::none_of(kEntries, [&](const Entry& e) { return e.name == named.getName(); }))
      return op.emitError() << "has a " << kPlanAttr << " with the unknown '"
                            << named.getName().getValue() << "'",
             failure();
  return plan;
}

} // namespace npuforge::tile
