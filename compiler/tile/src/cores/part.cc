#include "cores/part.h"

#include <fmt/format.h>

#include "bottleneck/plan.h"
#include "maps/map_plan.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Input rows under result rows, with what is left of the padding.
struct Under {
  Range rows;
  int64_t top, bottom;
};
Under under(const Window& window, Range results, int64_t height) {
  const int64_t origin = results.begin * window.stride_h - window.top,
                reach = (results.end - 1) * window.stride_h - window.top + window.extent_h();
  const Range rows{std::max<int64_t>(origin, 0), std::min(reach, height)};
  return {rows, rows.begin - origin, reach - rows.end};
}

/// Of a layer whose result rows [begin, end) are wanted: from here on its input is what they need.
Range cutRows(Layer& layer, Range results) {
  const Under u = under(layer.window, results, layer.in.height);
  layer.out.height = results.size();
  layer.window.top = u.top, layer.window.bottom = u.bottom;
  layer.in.height = u.rows.size(), layer.in_view.row += u.rows.begin;
  return u.rows;
}

/// Where bands are pooled the first windows reach above the part: these rows are made again.
void cutPooledRows(Layer& layer, Range results) {
  Pooling& pooling = *layer.pooling;
  const int64_t stride = pooling.window.stride_h, first = results.begin * stride;
  layer.lead = std::min(pooling.halo(), first);
  pooling.out.height = results.size();
  cutRows(layer, {first - layer.lead, results.end * stride});
}

void cutBottleneckRows(Layer& layer, Range results) {
  layer.out.height = layer.before.back().out.height = results.size();
  const Range hidden = cutRows(layer.before.back(), results);
  if (layer.before.size() > 1)
    cutRows(layer.before.front(), hidden);
  layer.in = layer.before.front().in, layer.in_view = layer.before.front().in_view;
}

void cutRowsOf(Layer& layer, Range rows) {
  layer.out_view.row = rows.begin;
  switch (layer.kind) {
  case Kind::Bottleneck:
    return cutBottleneckRows(layer, rows);
  case Kind::Add:
  case Kind::Rescale:
  case Kind::Map:
    layer.in.height = layer.out.height = rows.size();
    layer.in_view.row = rows.begin;
    return;
  case Kind::Conv:
  case Kind::Depthwise:
  case Kind::MaxPool:
  case Kind::AveragePool:
    if (layer.pooling)
      cutPooledRows(layer, rows);
    else
      cutRows(layer, rows);
    return;
  case Kind::Words:
    break;
  }
  llvm_unreachable("layers over words have parts of their own");
}

void cutChannels(std::vector<int32_t>& values, Range channels) {
  if (values.size() > 1)
    values = {values.begin() + channels.begin, values.begin() + channels.end};
}

/// Result channels, and those of the input where each result has one of its own.
void cutBlocksOf(Layer& layer, Range blocks, int64_t cols) {
  const Range channels{blocks.begin * cols, std::min(blocks.end * cols, layer.out.channels)};
  const int64_t weights = layer.kind == Kind::Conv ? layer.in.channels : 1;
  layer.weights =
      layer.weights.from(channels.begin * weights * layer.window.kernel_h * layer.window.kernel_w);
  layer.out.channels = channels.size(), layer.out_view.block = blocks.begin;
  if (layer.pooling)
    layer.pooling->out.channels = channels.size();
  if (layer.average)
    layer.average->out.channels = channels.size();
  if (layer.kind == Kind::Conv || layer.kind == Kind::Depthwise)
    for (auto* values : {&layer.bias, &layer.multiplier, &layer.shift})
      cutChannels(*values, channels);
  if (layer.kind != Kind::Conv)
    layer.in.channels = channels.size(), layer.in_view.block = blocks.begin;
}

Splits integerSplits(const Layer& layer, const isa::Machine& machine) {
  const int64_t rows = layer.stored().height,
                blocks = ceilDiv(layer.out.channels, machine.array.cols);
  // A pooling that leaves out padding counts the taps of all its rows at once; a bottleneck's
  // blocks would each make the hidden tensor again.
  return {rows, layer.kind == Kind::Bottleneck ? 1 : blocks};
}

std::vector<std::optional<Range>> cut(int64_t extent, int64_t count) {
  count = std::min(extent, count);
  if (count <= 1)
    return {std::nullopt};
  std::vector<std::optional<Range>> ranges;
  for (int64_t i = 0; i < count; ++i)
    ranges.push_back(Range{extent * i / count, extent * (i + 1) / count});
  return ranges;
}

std::string checkRange(const char* what, const std::optional<Range>& range, int64_t extent) {
  if (!range)
    return "";
  if (extent == 1)
    return fmt::format("it cannot be cut along {}", what);
  if (range->begin < 0 || range->begin >= range->end || range->end > extent)
    return fmt::format("{} [{}, {}) are none of the {} there are", what, range->begin, range->end,
                       extent);
  return "";
}

Range rangeOf(const std::optional<Range>& range, int64_t extent) {
  return range.value_or(Range{0, extent});
}

/// Of a part, where the whole layer has one.
std::variant<Plan, std::string> planOf(const Layer& part, const Plan& whole,
                                       const isa::Machine& machine) {
  if (part.kind == Kind::Bottleneck)
    return bestBottleneck(part, machine);
  if (part.mapped) { // values lie where those of the whole layer's tiles do
    Layer bounded = part;
    bounded.most_rows = whole.band * part.out.width;
    return makePlan(bounded, whole.plain, machine);
  }
  if (part.kind != Kind::Map)
    return makePlan(part, whole.plain, machine);
  Plan plan; // values lie where those of the whole layer's tiles do
  plan.band = evenly(mapRows(part, machine), whole.band);
  return plan;
}

bool meet(Range a, Range b) {
  return a.begin < b.end && b.begin < a.end;
}

} // namespace

Splits splitsOf(const Layer& layer, const isa::Machine& machine) {
  if (layer.kind != Kind::Words)
    return integerSplits(layer, machine);
  const WordsKind* kind = wordsKind(*layer.root);
  return kind->splits ? kind->splits(*layer.root, machine) : Splits{};
}

std::vector<Part> partsOf(const Layer& layer, int64_t rows, int64_t blocks,
                          const isa::Machine& machine) {
  const Splits splits = splitsOf(layer, machine);
  std::vector<Part> parts;
  for (const auto& row_range : cut(splits.rows, rows))
    for (const auto& block_range : cut(splits.blocks, blocks))
      parts.push_back({row_range, block_range});
  return parts;
}

std::string checkParts(const Layer& layer, ArrayRef<Part> parts, const isa::Machine& machine) {
  const Splits splits = splitsOf(layer, machine);
  int64_t covered = 0;
  for (const Part& part : parts) {
    for (const std::string& wrong : {checkRange("rows", part.rows, splits.rows),
                                     checkRange("blocks", part.blocks, splits.blocks)})
      if (!wrong.empty())
        return wrong;
    const Range rows = rangeOf(part.rows, splits.rows),
                blocks = rangeOf(part.blocks, splits.blocks);
    for (const Part& other : parts)
      if (&other != &part && meet(rows, rangeOf(other.rows, splits.rows)) &&
          meet(blocks, rangeOf(other.blocks, splits.blocks)))
        return "two parts have results in common";
    covered += rows.size() * blocks.size();
  }
  if (covered != splits.rows * splits.blocks) // they are disjoint and inside
    return fmt::format("the parts have {} of the {} rows of blocks that there are", covered,
                       splits.rows * splits.blocks);
  return "";
}

Layer partOf(const Layer& layer, const Part& part, const isa::Machine& machine) {
  Layer own = layer;
  own.part = part;
  if (layer.kind == Kind::Words)
    return own;
  if (part.rows)
    cutRowsOf(own, *part.rows);
  if (part.blocks)
    cutBlocksOf(own, *part.blocks, machine.array.cols);
  return own;
}

std::variant<Attribute, std::string> planPart(const Layer& layer, const Part& part,
                                              const isa::Spec& spec) {
  if (layer.kind == Kind::Words)
    return Attribute(); // tiles are those of the whole layer, as far as the part has them
  FailureOr<Plan> whole = readPlan(*layer.root);
  if (failed(whole))
    return std::string("the layer has no plan");
  const Layer own = partOf(layer, part, spec.machine);
  auto plan = planOf(own, *whole, spec.machine);
  if (auto* reason = std::get_if<std::string>(&plan))
    return *reason;
  return toAttribute(layer.root->getContext(), std::get<Plan>(plan));
}

} // namespace npuforge::tile
