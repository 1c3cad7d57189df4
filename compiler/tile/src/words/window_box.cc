#include "words/window_box.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

using namespace mlir;

int64_t WindowBox::padStride(size_t axis) const {
  int64_t stride = b.pixel;
  for (size_t i = axis + 1; i < b.axes.size(); ++i)
    stride *= b.axes[i].extent(b.tile[i]);
  return stride;
}

int64_t WindowBox::dramStride(size_t axis) const {
  int64_t stride = b.dram_pixel;
  for (size_t i = axis + 1; i < b.axes.size(); ++i)
    stride *= b.axes[i].in;
  return stride;
}

bool WindowBox::isPadded() const {
  for (size_t i = 0; i < b.axes.size(); ++i)
    for (const Span& span : spansOf(b.axes[i], b.tile[i]))
      if (span.before || span.behind)
        return true;
  return false;
}

Value WindowBox::results(size_t axis, Value index) {
  const WindowAxis& a = b.axes[axis];
  if (a.out % b.tile[axis] == 0)
    return e.constant(b.tile[axis]);
  return e.min(e.sub(e.constant(a.out), e.mul(index, b.tile[axis])), b.tile[axis]);
}

WindowBox::Extent WindowBox::extentOf(size_t axis, Value index) {
  const WindowAxis& a = b.axes[axis];
  const std::vector<Span> spans = spansOf(a, b.tile[axis]);
  // What is the same for all tiles is a number.
  auto same = [&](int64_t Span::* part) {
    return llvm::all_of(spans, [&](const Span& span) { return span.*part == spans[0].*part; });
  };
  auto choose = [&](int64_t Span::* part, const std::function<Value()>& otherwise) {
    return same(part) ? e.constant(spans[0].*part) : otherwise();
  };
  Value low = e.add(e.mul(index, b.tile[axis] * a.stride), -a.before);
  Value extent = e.add(e.mul(results(axis, index), a.stride), a.reach() - a.stride);
  Value begin = low;
  if (a.before > 0 || llvm::any_of(spans, [](const Span& span) { return span.inside == 0; }))
    begin = e.min(e.max(low, 0), a.in);
  Extent x{begin, {}, {}, {}};
  x.before = choose(&Span::before,
                    [&] { return e.min(e.max(e.mul(low, -1), 0), a.extent(b.tile[axis])); });
  x.inside = choose(&Span::inside,
                    [&] { return e.sub(e.max(e.min(e.add(low, extent), a.in), 0), begin); });
  x.behind = choose(&Span::behind, [&] { return e.sub(e.sub(extent, x.before), x.inside); });
  return x;
}

void WindowBox::whenAll(ArrayRef<Value> counts, const std::function<void()>& body) {
  if (llvm::any_of(counts, [](Value count) { return getConstantIntValue(count) == 0; }))
    return;
  for (size_t i = 0; i < counts.size(); ++i)
    if (!getConstantIntValue(counts[i]))
      return e.when(counts[i], [&] { whenAll(counts.drop_front(i + 1), body); });
  body();
}

void WindowBox::fill(Value pad, Value to, Value padding, const std::array<Value, 4>& first,
                     const std::array<Value, 4>& counts) {
  whenAll(counts, [&] {
    Copy copy{pad, to, padding, e.constant(0), {}, b.pixel};
    for (size_t axis = 0; axis < counts.size(); ++axis) {
      copy.pad_at = e.add(copy.pad_at, e.mul(first[axis], padStride(axis)));
      copy.axes.push_back({counts[axis], 0, padStride(axis)});
    }
    copyIn(e, copy);
  });
}

void WindowBox::load(Value pad, Value to, Value dram, Value dram_at, Value channels,
                     const Indices& tile, Value padding) {
  std::array<Extent, 4> x;
  for (size_t axis = 0; axis < x.size(); ++axis)
    x[axis] = extentOf(axis, tile[axis]);
  Value zero = e.constant(0);
  // Padding along an axis lies around the inside of the axes before it, along all of those behind.
  std::array<Value, 4> first{zero, zero, zero, zero}, counts;
  for (size_t axis = 0; axis < x.size(); ++axis)
    counts[axis] = e.add(e.add(x[axis].before, x[axis].inside), x[axis].behind);
  for (size_t axis = 0; axis < x.size(); ++axis) {
    counts[axis] = x[axis].before;
    fill(pad, to, padding, first, counts);
    first[axis] = e.add(x[axis].before, x[axis].inside);
    counts[axis] = x[axis].behind;
    fill(pad, to, padding, first, counts);
    first[axis] = x[axis].before, counts[axis] = x[axis].inside;
  }
  whenAll(counts, [&] {
    Copy copy{pad, to, dram, dram_at, {}, b.element};
    for (size_t axis = 0; axis < x.size(); ++axis) {
      copy.pad_at = e.add(copy.pad_at, e.mul(first[axis], padStride(axis)));
      copy.dram_at = e.add(copy.dram_at, e.mul(x[axis].begin, dramStride(axis)));
      copy.axes.push_back({counts[axis], dramStride(axis), padStride(axis)});
    }
    copy.axes.push_back({channels, b.stored, b.element});
    copyIn(e, copy);
  });
}

} // namespace npuforge::tile
