// A convolution that begins while the layer before computes its last results: it loads the blocks
// that are stored already into the slot that the last band of that layer leaves free. All slots are
// used in turn over both layers, so the units' credits keep them apart.
#include "npuforge/compiler/graph/optimisations.h"

#include "conv/conv.h"

namespace npuforge::tile {

bool ConvCode::overlaps() const {
  return !plan.plain && !layer.pooling && f.bytes <= inputSlot() &&
         graph::allowed(layer.root, graph::kEarlyStart);
}

/// Parts of the first band that the layer before has stored when it gives the overlap's token.
int64_t ConvCode::earlyParts() const {
  const auto& before = s.overlap();
  if (!before || !overlaps() || (before->has_seconds && f.bytes > eighth() - 2 * cols))
    return 0;
  if (s.tensor(before->result).symbol != s.tensor(layer.input).symbol)
    return parts; // older
  if (before->result != layer.input)
    return 0; // blocks of another shape
  return parts == 1 ? 0 : before->blocks / (f.planes / parts);
}

/// The stores tell when all blocks of the last band but one are stored.
void ConvCode::signalOverlap(Value counter) {
  if (!lendsOverlap())
    return;
  Value past = e.add(counter, 2 - tasks()); // 0 in the task before the last, 1 in the last
  Value now = e.sub(e.min(e.max(e.add(past, 1), 0), 1), e.max(past, 0));
  e.when(now, [&] { e.signal("store", "load"); });
}

/// What the layer before has stored already is loaded while it computes the rest.
void ConvCode::loadFirstInput() {
  const Band first = loaded(e.constant(0));
  const int64_t early = earlyParts();
  if (early == 0)
    s.awaitLayerBefore(e);
  else if (s.overlap()->result == layer.input)
    s.awaitOverlap(e);
  s.awaitOthers(e);
  s.awaitCredit(e, "load", "matrix");
  if (early > 0) {
    loadParts(first, 0, early);
    s.awaitLayerBefore(e);
  }
  if (early < parts)
    loadParts(first, early, parts - early);
}

} // namespace npuforge::tile
