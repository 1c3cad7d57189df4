#include "plan.h"

#include "npuforge/compiler/graph/optimisations.h"

#include "mlir/IR/Builders.h"

namespace npuforge::tile {

using namespace mlir;

namespace {
// Beyond this many taps a step's code would no longer share the instruction cache with its loops.
constexpr int64_t kUnrolledTaps = 24;

int64_t alignUp(int64_t value, int64_t to) {
  return ceilDiv(value, to) * to;
}
} // namespace

Attribute toAttribute(MLIRContext* context, const Plan& plan) {
  Builder b(context);
  NamedAttrList list({b.getNamedAttr("band", b.getI64IntegerAttr(plan.band)),
                      b.getNamedAttr("interleave", b.getBoolAttr(plan.interleave)),
                      b.getNamedAttr("plain", b.getBoolAttr(plan.plain)),
                      b.getNamedAttr("unfold", b.getBoolAttr(plan.unfold)),
                      b.getNamedAttr("roll_rows", b.getBoolAttr(plan.roll_rows)),
                      b.getNamedAttr("chunk", b.getI64IntegerAttr(plan.chunk)),
                      b.getNamedAttr("blocks_outside", b.getBoolAttr(plan.blocks_outside))});
  if (plan.thin)
    list.append("thin", b.getUnitAttr());
  if (plan.array_rows > 0)
    list.append("array_rows", b.getI64IntegerAttr(plan.array_rows));
  return list.getDictionary(context);
}

FailureOr<Plan> readPlan(Operation& op) {
  auto attribute = op.getAttrOfType<DictionaryAttr>(kPlanAttr);
  if (!attribute)
    return op.emitError() << "has no " << kPlanAttr, failure();
  auto number = [&](StringRef name) { return attribute.getAs<IntegerAttr>(name); };
  auto flag = [&](StringRef name) { return attribute.getAs<BoolAttr>(name); };
  if (!number("band") || !number("chunk") || !flag("plain") || !flag("interleave") ||
      !flag("unfold") || !flag("roll_rows") || !flag("blocks_outside"))
    return op.emitError() << "has an incomplete " << kPlanAttr, failure();
  return Plan{.band = number("band").getInt(),
              .plain = flag("plain").getValue(),
              .interleave = flag("interleave").getValue(),
              .unfold = flag("unfold").getValue(),
              .thin = attribute.contains("thin"),
              .roll_rows = flag("roll_rows").getValue(),
              .chunk = number("chunk").getInt(),
              .blocks_outside = flag("blocks_outside").getValue(),
              .array_rows = number("array_rows") ? number("array_rows").getInt() : 0};
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
  f.bands = ceilDiv(layer.out.height, plan.band);
  f.slots = f.bands == 1 ? 1 : 2;
  f.step_h = w.stride_h, f.step_w = w.stride_w;
  if (plan.thin) {
    f.step_h = f.step_w = 1;
    f.rows = plan.band, f.pixel = cols, f.pitch = layer.out.width * cols;
    f.planes = ceilDiv(layer.in.channels, cols), f.plane = f.rows * f.pitch;
    f.bytes = f.planes * f.plane;
    return f;
  }
  if (plan.unfold) {
    f.rows = plan.band, f.planes = 1;
    f.pixel = unfolded(layer), f.pitch = layer.out.width * f.pixel;
    f.plane = f.rows * f.pitch;
    f.bytes = alignUp(f.plane, cols) + cols;
    return f;
  }
  f.rows = f.bands == 1 ? layer.in.height : (plan.band - 1) * w.stride_h + w.extent_h();
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

/// `total` in as few parts of at most `most` as possible: the size of a part.
int64_t evenly(int64_t total, int64_t most) {
  return ceilDiv(total, ceilDiv(total, most));
}

/// The largest band that `fits` takes, evened out over the number of bands it needs; 0 if none
/// fits.
template <typename Fits>
int64_t largestBand(int64_t rows, Fits fits) {
  for (int64_t band = rows; band >= 1; --band)
    if (fits(band))
      return evenly(rows, band);
  return 0;
}

std::variant<Plan, std::string> planConv(const Layer& layer, Plan plan,
                                         const isa::Machine& machine) {
  const MemoryMap map(machine);
  const Window& w = layer.window;
  const int64_t cols = machine.array.cols;
  plan.thin = !plan.plain && w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h * w.stride_w > 1 &&
              graph::allowed(layer.root, graph::kThinInput);
  plan.roll_rows = !plan.unfold && reductionOf(layer, plan, machine).taps > kUnrolledTaps &&
                   (w.stride_h == 1 || (w.top == 0 && w.bottom == 0));
  const Reduction r = reductionOf(layer, plan, machine);
  if (r.bytes <= map.weights[0].bytes)
    plan.chunk = r.outer * r.inner;
  else if (r.step_bytes > map.weights[0].bytes)
    return tooLarge("a step of the weights", r.step_bytes, map.weights[0].bytes);
  else
    plan.chunk = evenly(r.inner, map.weights[0].bytes / r.step_bytes);
  const int64_t unit = layer.pooling ? layer.pooling->window.stride_h : 1; // bands are made of
  auto fits = [&](int64_t band) {
    plan.band = band;
    const Footprint f = convFootprint(layer, plan, machine);
    const int64_t pixels = band * layer.out.width;
    const int64_t results = layer.pooling ? band / unit * layer.pooling->out.width : pixels;
    const int64_t result_room = map.outputs[0].bytes / (layer.sum ? 2 : 1);
    const int64_t input_room = map.input.bytes - poolFootprint(layer, plan, machine).bytes;
    return pixels <= map.accumulators[0].bytes && results * cols <= result_room &&
           f.bytes <= input_room / f.slots / cols * cols &&
           (!layer.pooling || band >= layer.pooling->halo());
  };
  plan.band = unit * largestBand(layer.out.height / unit,
                                 [&](int64_t units) { return fits(unit * units); });
  if (plan.band == 0) {
    plan.band = 1;
    if (layer.out.width > map.accumulators[0].bytes)
      return "a row of " + std::to_string(layer.out.width) + " results exceeds the " +
             std::to_string(map.accumulators[0].bytes) + " accumulator rows of a tile";
    return tooLarge("one row of results", convFootprint(layer, plan, machine).bytes,
                    map.input.bytes / 2);
  }
  const int64_t bands = ceilDiv(layer.out.height, plan.band),
                blocks = ceilDiv(layer.out.channels, cols);
  const int64_t pixels =
      plan.thin ? layer.out.height * layer.out.width : layer.in.height * layer.in.width;
  const int64_t inputs = pixels * layer.in.channels;
  plan.blocks_outside =
      bands > 1 && r.one_group(plan) && blocks * inputs < (bands - 1) * blocks * r.bytes;
  return plan;
}

/// The array's cycles, or those of loads that copy byte by byte when these are more.
int64_t convCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const Footprint f = convFootprint(layer, plan, machine);
  const int64_t blocks = ceilDiv(layer.out.channels, machine.array.cols);
  const int64_t multiply = layer.out.height * layer.out.width * blocks * r.outer * r.inner * r.taps;
  int64_t load = 0; // of a band
  if (plan.interleave)
    load = f.rows * layer.in.width * layer.in.channels;
  if (plan.unfold) // a run for each kernel row of each channel; some lie across two beats
    load = plan.band * layer.out.width * layer.in.channels * layer.window.kernel_h *
           (machine.dram.beat_bytes + layer.window.kernel_w - 1) / machine.dram.beat_bytes;
  return load + std::max(multiply, load * f.bands); // the first band's load overlaps with nothing
}

/// The fastest of the ways to lay the taps of a row-major input along the rows of the array.
std::variant<Plan, std::string> planPlainConv(const Layer& layer, const Plan& plan,
                                              const isa::Machine& machine) {
  auto best = planConv(layer, plan, machine);
  auto consider = [&](bool Plan::* way, const graph::Optimisation& optimisation) {
    if (!graph::allowed(layer.root, optimisation))
      return;
    Plan other = plan;
    other.*way = true;
    auto candidate = planConv(layer, other, machine);
    const Plan *a = std::get_if<Plan>(&best), *b = std::get_if<Plan>(&candidate);
    if (!b)
      return graph::refused(layer.node->getLoc(), optimisation, std::get<std::string>(candidate));
    const int64_t cycles = convCycles(layer, *b, machine),
                  least = a ? convCycles(layer, *a, machine) : cycles + 1;
    const std::string compared = std::to_string(cycles) + " cycles, without it " +
                                 (a ? std::to_string(least) : "it does not fit");
    if (cycles >= least)
      return graph::refused(layer.node->getLoc(), optimisation, compared);
    graph::taken(layer.node->getLoc(), optimisation, compared);
    best = candidate;
  };
  consider(&Plan::interleave, graph::kInterleave);
  if (layer.window.dilation_h == 1 && layer.window.dilation_w == 1)
    consider(&Plan::unfold, graph::kUnfold);
  return best;
}

std::variant<Plan, std::string> planReduce(const Layer& layer, Plan plan,
                                           const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols, row_slot = map.input.bytes / 2 / cols * cols;
  auto fits = [&](int64_t band) {
    plan.band = band;
    return band * layer.out.width * cols <= map.outputs[0].bytes &&
           reduceFootprint(layer, plan, machine).bytes <= row_slot;
  };
  plan.band = largestBand(layer.out.height, fits);
  if (plan.band != 0)
    return plan;
  plan.band = 1;
  return tooLarge("one row of results", reduceFootprint(layer, plan, machine).bytes, row_slot);
}

std::variant<Plan, std::string> planElementwise(const Layer& layer, Plan plan,
                                                const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols;
  const bool broadcast =
      layer.kind == Kind::Add && layer.second_in.height * layer.second_in.width == 1;
  const int64_t blocks = broadcast ? 1 : ceilDiv(layer.in.channels, cols);
  const int64_t rows = blocks * layer.in.height * layer.in.width;
  const int64_t room = std::min(map.outputs[0].bytes, map.input.bytes / 4 / cols * cols) / cols;
  plan.band = evenly(rows, room);
  return plan;
}

} // namespace

std::variant<Plan, std::string> makePlan(const Layer& layer, bool plain,
                                         const isa::Machine& machine) {
  const Window& w = layer.window;
  if (std::max(w.top, w.bottom) >= w.extent_h() || std::max(w.left, w.right) >= w.extent_w())
    return "padding reaches beyond the kernel";
  Plan plan;
  plan.plain = plain;
  switch (layer.kind) {
  case Kind::Conv:
    return plain ? planPlainConv(layer, plan, machine) : planConv(layer, plan, machine);
  case Kind::Depthwise:
    return planDepthwise(layer, machine);
  case Kind::MaxPool:
  case Kind::AveragePool:
    return planReduce(layer, plan, machine);
  case Kind::Add:
  case Kind::Rescale:
    return planElementwise(layer, plan, machine);
  case Kind::Map:
  case Kind::Words:
    break; // by makeMapPlan
  }
  llvm_unreachable("every kind has a plan");
}

} // namespace npuforge::tile
