#include "blocks/depthwise_rows.h"

namespace npuforge::tile {

using namespace mlir;

DepthwiseRows::DepthwiseRows(Emit& emit, Session& session, const Layer& depthwise,
                             const Footprint& footprint)
    : e(emit), s(session), layer(depthwise), f(footprint),
      refills(f.bands > 1 && (layer.window.top || layer.window.bottom)) {
  if (refills)
    padding = s.constant(layer.name + ".padding",
                         std::vector<int8_t>(f.pitch, static_cast<int8_t>(layer.fill)));
}

void DepthwiseRows::load(Value buffer, Value place, Value block, Value first, Value count) {
  const Window& w = layer.window;
  const int64_t cols = e.machine.array.cols, row_bytes = layer.in.width * cols;
  Value origin = e.sub(e.mul(first, w.stride_h), e.constant(w.top));
  Value begin = e.max(origin, 0);
  Value reach = e.add(origin, e.add(e.mul(count, w.stride_h), w.extent_h() - w.stride_h));
  Value end = e.min(reach, layer.in.height);
  Value above = e.sub(begin, origin), below = e.sub(reach, end), rows = e.sub(end, begin);
  if (refills) {
    loadPadding(buffer, place, above);
    loadPadding(buffer, e.add(place, e.mul(e.sub(end, origin), f.pitch)), below);
  }
  Value input = s.dram(e, s.tensor(layer.input));
  Value to = e.add(place, e.mul(above, f.pitch));
  Value from = e.add(e.mul(block, layer.in_view.plane(row_bytes)), e.mul(begin, row_bytes));
  from = e.add(from, layer.in_view.offset(row_bytes));
  if (f.pitch == row_bytes) {
    CopyInOp::create(e.builder, e.location, e.row(buffer, to, 0), e.row(input, from, 0),
                     e.mul(rows, row_bytes));
    return;
  }
  Value dst = e.stream(buffer, to, w.left * cols, {{rows, f.pitch, {}, {}}});
  Value src = e.stream(input, from, 0, {{rows, row_bytes, {}, {}}});
  CopyInOp::create(e.builder, e.location, dst, src, e.constant(row_bytes));
}

void DepthwiseRows::loadPadding(Value buffer, Value place, Value rows) {
  e.when(rows, [&] {
    Value dst = e.stream(buffer, place, 0, {{rows, f.pitch, {}, {}}});
    Value src = e.stream(s.dram(e, padding), {}, 0, {{rows, 0, {}, {}}});
    CopyInOp::create(e.builder, e.location, dst, src, e.constant(f.pitch));
  });
}

} // namespace npuforge::tile
