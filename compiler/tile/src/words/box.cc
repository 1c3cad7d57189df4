#include "words/box.h"

#include "mlir/IR/Builders.h"
#include "plan/plan.h"

namespace npuforge::tile {

using namespace mlir;

int64_t Box::inside(size_t d) const {
  int64_t count = 1;
  for (size_t i = d + 1; i < rank(); ++i)
    count *= extents[i];
  return count;
}

bool Box::isNumber(size_t operand) const {
  return llvm::all_of(strides[operand], [](int64_t stride) { return stride == 0; });
}

namespace {

/// Row-major strides of an operand along the result's dimensions.
std::vector<int64_t> stridesOf(ArrayRef<int64_t> shape, ArrayRef<int64_t> operand) {
  std::vector<int64_t> strides(shape.size(), 0);
  int64_t stride = 1;
  for (size_t i = 0; i < operand.size(); ++i) {
    const int64_t extent = operand[operand.size() - 1 - i];
    if (extent != 1)
      strides[shape.size() - 1 - i] = stride;
    stride *= extent;
  }
  return strides;
}

} // namespace

Box makeBox(ArrayRef<int64_t> shape, ArrayRef<SmallVector<int64_t>> operands) {
  std::vector<std::vector<int64_t>> all;
  for (const auto& operand : operands)
    all.push_back(stridesOf(shape, operand));
  Box box;
  box.strides.resize(operands.size());
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1)
      continue;
    bool joins = !box.extents.empty();
    for (size_t i = 0; joins && i < operands.size(); ++i)
      joins = box.strides[i].back() == all[i][d] * shape[d];
    if (joins)
      box.extents.back() *= shape[d];
    else
      box.extents.push_back(shape[d]);
    for (size_t i = 0; i < operands.size(); ++i)
      if (joins)
        box.strides[i].back() = all[i][d];
      else
        box.strides[i].push_back(all[i][d]);
  }
  if (box.extents.empty()) {
    box.extents.push_back(1);
    for (auto& strides : box.strides)
      strides.push_back(0);
  }
  return box;
}

namespace {

/// Rows that indices inside `d` take, padded.
int64_t paddedRows(const Box& box, size_t d, int64_t cols) {
  int64_t rows = ceilDiv(box.extents.back(), cols);
  for (size_t i = d + 1; i + 1 < box.rank(); ++i)
    rows *= box.extents[i];
  return rows;
}

int64_t rowsOf(const Box& box, const Tiling& t, int64_t count, int64_t cols) {
  if (!t.padded || t.split + 1 == box.rank())
    return ceilDiv(count * box.inside(t.split), cols);
  return count * paddedRows(box, t.split, cols);
}

} // namespace

Tiling makeTiling(const Box& box, int64_t cols, int64_t room, size_t levels) {
  Tiling t;
  const int64_t last = box.extents.back();
  const bool broadcasts = box.rank() > 1; // else nothing would have kept the dimensions apart
  t.padded = broadcasts && box.rank() <= levels && ceilDiv(last, cols) * cols * 2 <= last * 3;
  while (t.split + 1 < box.rank() && rowsOf(box, t, 1, cols) > room)
    ++t.split;
  const int64_t extent = box.extents[t.split];
  const bool innermost = t.split + 1 == box.rank();
  int64_t most = room * cols / box.inside(t.split);
  if (innermost)
    most = room * cols;
  else if (t.padded)
    most = room / paddedRows(box, t.split, cols);
  const int64_t tiles = ceilDiv(extent, std::min(most, extent));
  t.count = ceilDiv(extent, tiles);
  if (innermost && tiles > 1)
    t.count = ceilDiv(t.count, cols) * cols; // whole rows
  t.rows = rowsOf(box, t, t.count, cols);
  return t;
}

int64_t fewestRows(const Box& box, const Tiling& t, int64_t cols) {
  const int64_t extent = box.extents[t.split];
  return rowsOf(box, t, extent - (ceilDiv(extent, t.count) - 1) * t.count, cols);
}

int64_t splitsOf(const Box& box, int64_t cols) {
  return box.rank() > 1 ? box.extents[0] : ceilDiv(box.extents[0], cols);
}

int64_t cutBox(Box& box, const Range& units, int64_t cols) {
  const int64_t unit = box.rank() > 1 ? 1 : cols, first = units.begin * unit;
  box.extents[0] = std::min(units.end * unit, box.extents[0]) - first;
  return first;
}

void cutTiling(Tiling& t, const Box& part, int64_t cols) {
  t.count = std::min(t.count, part.extents[t.split]);
  t.rows = rowsOf(part, t, t.count, cols);
}

Attribute toAttribute(MLIRContext* context, const Tiling& t) {
  Builder b(context);
  return b.getDictionaryAttr(
      {b.getNamedAttr("split", b.getI64IntegerAttr(static_cast<int64_t>(t.split))),
       b.getNamedAttr("count", b.getI64IntegerAttr(t.count)),
       b.getNamedAttr("padded", b.getBoolAttr(t.padded)),
       b.getNamedAttr("rows", b.getI64IntegerAttr(t.rows))});
}

FailureOr<Tiling> readTiling(Operation& op) {
  auto plan = op.getAttrOfType<DictionaryAttr>(kPlanAttr);
  auto number = [&](StringRef name) {
    return plan ? plan.getAs<IntegerAttr>(name) : IntegerAttr();
  };
  auto padded = plan ? plan.getAs<BoolAttr>("padded") : BoolAttr();
  if (!number("split") || !number("count") || !number("rows") || !padded)
    return op.emitError() << "has no complete " << kPlanAttr, failure();
  return Tiling{static_cast<size_t>(number("split").getInt()), number("count").getInt(),
                padded.getValue(), number("rows").getInt()};
}

} // namespace npuforge::tile
