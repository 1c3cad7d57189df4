#include "plan/plan.h"

#include "mlir/IR/Builders.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

using namespace mlir;

GroupedRows groupRows(const Layer& layer, int64_t rows) {
  GroupedRows g{rows, 0, layer.window, layer.in.height};
  if (rows == 1)
    return g;
  Window& w = g.window;
  g.above = alignUp(w.top, rows) - w.top;
  g.height /= rows;
  w.kernel_h = ceilDiv(w.kernel_h + g.above, rows), w.stride_h /= rows;
  w.top = ceilDiv(w.top, rows);
  w.bottom = std::max<int64_t>(inputRows(w, layer.out.height) - w.top - g.height, 0);
  return g;
}

namespace {

Neighbours neighboursOfRows(const Layer& layer, int64_t rows, const isa::Machine& machine) {
  const Window& w = layer.window;
  Neighbours n{0, w.kernel_w, rows};
  while (layer.in.channels * rows * (n.count * w.stride_w + w.kernel_w) <= machine.array.cols &&
         n.count < layer.out.width)
    n.segment = n.count++ * w.stride_w + w.kernel_w;
  return n;
}

/// Of the array, or of the DRAM, a run for each channel of each group of results in each row.
int64_t cyclesOf(const Layer& layer, const Neighbours& n, const isa::Machine& machine) {
  const int64_t tiles =
      groupRows(layer, n.rows).window.kernel_h * ceilDiv(layer.out.channels, machine.array.cols);
  const int64_t runs = layer.in.height * ceilDiv(layer.out.width, n.count) * layer.in.channels;
  return std::max(tiles * layer.out.height * layer.out.width,
                  runs * (machine.dram.beat_bytes + n.segment - 1) / machine.dram.beat_bytes);
}

} // namespace

/// Groups of as many rows as windows are apart never share a row. Their last one has to lie inside
/// the input, or none of it.
Neighbours neighboursOf(const Layer& layer, const isa::Machine& machine) {
  const int64_t stride = layer.window.stride_h;
  const Neighbours single = neighboursOfRows(layer, 1, machine);
  if (layer.window.dilation_h != 1 || layer.in.height % stride != 0)
    return single;
  const Neighbours grouped = neighboursOfRows(layer, stride, machine);
  return grouped.count > 0 && cyclesOf(layer, grouped, machine) < cyclesOf(layer, single, machine)
             ? grouped
             : single;
}

Reduction reductionOf(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t cols = machine.array.cols, blocks = ceilDiv(layer.in.channels, cols);
  const Window& w = layer.window;
  Reduction r{};
  if (plan.unfold) {
    r.outer = r.inner = 1;
    r.column_tiles = r.taps = ceilDiv(unfolded(layer), cols);
    r.tile_rows = std::min(unfolded(layer), cols);
    r.step_bytes = r.bytes = r.taps * r.tile_rows * cols;
    return r;
  }
  if (plan.neighbours) {
    const Neighbours n = neighboursOf(layer, machine);
    r.outer = r.inner = r.column_tiles = 1;
    r.taps = groupRows(layer, n.rows).window.kernel_h * n.count;
    r.tile_rows = n.rows * layer.in.channels * n.segment;
    r.step_bytes = r.bytes = r.taps * r.tile_rows * cols;
    return r;
  }
  const int64_t kernel_row = plan.interleave ? w.kernel_w * layer.in.channels : w.kernel_w;
  r.outer = 1;
  r.inner = plan.interleave ? 1 : plan.plain ? layer.in.channels : blocks;
  r.column_tiles = plan.plain ? ceilDiv(kernel_row, cols) : w.kernel_w;
  r.taps = w.kernel_h * r.column_tiles;
  r.tile_rows = std::min(plan.plain ? kernel_row : layer.in.channels, cols);
  if (plan.roll_rows)
    r.outer = r.inner, r.inner = w.kernel_h, r.taps = r.column_tiles;
  r.step_bytes = r.taps * r.tile_rows * cols;
  r.bytes = r.outer * r.inner * r.step_bytes;
  return r;
}

Footprint convFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t cols = machine.array.cols;
  const Window& w = layer.window;
  Footprint f{};
  const int64_t most = plan.band + layer.lead;
  f.bands = ceilDiv(layer.ownRows(), plan.band);
  const int64_t together = std::max<int64_t>(plan.together, 1);
  f.loads = ceilDiv(f.bands, together);
  f.slots = f.loads == 1 ? 1 : 2;
  f.step_h = w.stride_h, f.step_w = w.stride_w;
  if (plan.thin) {
    f.step_h = f.step_w = 1;
    f.rows = most, f.pixel = cols, f.pitch = layer.out.width * cols;
    f.planes = ceilDiv(layer.in.channels, cols), f.plane = f.rows * f.pitch;
    f.bytes = f.planes * f.plane;
    return f;
  }
  if (plan.unfold) {
    f.rows = most, f.planes = 1;
    f.pixel = unfolded(layer), f.pitch = layer.out.width * f.pixel;
    f.plane = f.rows * f.pitch;
    f.bytes = alignUp(f.plane, cols) + cols;
    return f;
  }
  const GroupedRows g = groupedRows(layer, plan, machine);
  f.step_h = g.window.stride_h;
  f.rows = f.bands == 1 ? g.height : inputRows(g.window, together * plan.band + layer.lead);
  if (plan.neighbours) {
    f.pixel = cols, f.planes = 1;
    f.pitch = ceilDiv(layer.out.width, neighboursOf(layer, machine).count) * cols;
    f.plane = f.bytes = f.rows * f.pitch;
    return f;
  }
  f.pixel = plan.interleave ? layer.in.channels : plan.plain ? 1 : cols;
  f.pitch = (plan.plain ? w.left + layer.in.width + w.right : layer.in.width) * f.pixel;
  f.planes = plan.interleave ? 1 : ceilDiv(layer.in.channels, plan.plain ? 1 : cols);
  f.plane = f.rows * f.pitch;
  // A plain row is read `cols` bytes at a time, beyond its last tap: one row of slack.
  f.bytes = alignUp(f.planes * f.plane, cols) + (plan.plain ? cols : 0);
  return f;
}

PoolFootprint poolFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  PoolFootprint f;
  if (!layer.pooling)
    return f;
  const int64_t cols = machine.array.cols, halo = layer.pooling->halo();
  const Window& w = layer.pooling->window;
  f.pitch = (w.left + layer.out.width + w.right) * cols;
  f.block = (halo + plan.band) * f.pitch;
  f.bytes = f.block * (halo > 0 ? ceilDiv(layer.out.channels, cols) : 1);
  return f;
}

Footprint reduceFootprint(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t cols = machine.array.cols;
  const Window& w = layer.window;
  Footprint f{};
  f.bands = ceilDiv(layer.out.height, plan.band);
  f.slots = 2;
  f.rows = inputRows(w, plan.band);
  f.pixel = cols, f.planes = 1;
  f.pitch =
      std::max((layer.out.width - 1) * w.stride_w + w.extent_w(), w.left + layer.in.width) * cols;
  f.plane = f.bytes = f.rows * f.pitch;
  return f;
}

std::string tooLarge(const char* what, int64_t bytes, int64_t room) {
  return std::string(what) + " needs " + std::to_string(bytes) + " bytes of scratchpad and has " +
         std::to_string(room);
}

bool prefersPlain(const Layer& layer, const isa::Machine& machine) {
  if (layer.kind != Kind::Conv || layer.window.dilation_w != 1)
    return false;
  Plan plain;
  plain.plain = true;
  Reduction a = reductionOf(layer, plain, machine), b = reductionOf(layer, Plan{}, machine);
  return a.inner * a.taps <= b.inner * b.taps;
}

namespace {

std::variant<Plan, std::string> planReduce(const Layer& layer, const isa::Machine& machine) {
  Plan plan;
  auto fits = [&](int64_t band) {
    plan.band = band;
    return reduceMisfit(layer, plan, machine).empty();
  };
  plan.band = largestBand(layer.out.height, fits);
  if (plan.band != 0)
    return plan;
  plan.band = 1;
  return reduceMisfit(layer, plan, machine);
}

std::variant<Plan, std::string> planElementwise(const Layer& layer, const isa::Machine& machine) {
  Plan plan;
  const ElementwiseRows rows = elementwiseRows(layer, machine);
  plan.band = evenly(rows.all, rows.room);
  return plan;
}

} // namespace

std::variant<Plan, std::string> makePlan(const Layer& layer, bool plain,
                                         const isa::Machine& machine) {
  if (std::string wrong = checkWindow(layer.window); !wrong.empty())
    return wrong;
  switch (layer.kind) {
  case Kind::Conv:
    return planConv(layer, plain, machine);
  case Kind::Depthwise:
    return planDepthwise(layer, machine);
  case Kind::MaxPool:
  case Kind::AveragePool:
    return planReduce(layer, machine);
  case Kind::Add:
  case Kind::Rescale:
    return planElementwise(layer, machine);
  case Kind::Bottleneck: // by planBottleneck
  case Kind::Map:        // by makeMapPlan
  case Kind::Words:
    break;
  }
  llvm_unreachable("every kind has a plan");
}

} // namespace npuforge::tile
