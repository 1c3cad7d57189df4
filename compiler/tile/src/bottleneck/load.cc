// What a bottleneck reads from DRAM, packed as the instructions want it.
#include "bottleneck/bottleneck.h"

namespace npuforge::tile {

using namespace mlir;

/// A tile of a 1x1 convolution's weights: [row][column].
void BottleneckCode::appendTile(std::vector<int8_t>& bytes, const Layer& conv, int64_t in,
                                int64_t out) const {
  const int64_t inputs = &conv == expansion ? layer.in.channels : depthwise.out.channels;
  for (int64_t channel = in * cols; channel < (in + 1) * cols; ++channel)
    for (int64_t result = out * cols; result < (out + 1) * cols; ++result) {
      const bool inside = channel < inputs && result < conv.out.channels;
      bytes.push_back(inside ? conv.weights[result * inputs + channel] : int8_t{0});
    }
}

int8_t BottleneckCode::filterWeight(int64_t block, int64_t tap, int64_t lane) const {
  const int64_t channel = block * cols + lane;
  return channel < depthwise.in.channels ? depthwise.weights[channel * taps + tap] : int8_t{0};
}

/// For each block what the array takes in its step, in that order.
std::vector<int8_t> BottleneckCode::packWeights() const {
  std::vector<int8_t> bytes;
  for (int64_t block = 0; block < t.hidden_blocks; ++block) {
    for (int64_t tap = 0; divided() && tap < taps; ++tap)
      for (int64_t lane = 0; lane < cols; ++lane)
        for (int64_t column = 0; column < cols; ++column)
          bytes.push_back(lane == column ? filterWeight(block, tap, lane) : int8_t{0});
    for (int64_t in = 0; in < t.in_blocks; ++in)
      appendTile(bytes, *expansion, in, (block + 1) % t.hidden_blocks);
    for (int64_t out = 0; out < t.out_blocks; ++out)
      appendTile(bytes, layer, (block + t.hidden_blocks - 1) % t.hidden_blocks, out);
  }
  return bytes;
}

/// For each block: of the expansion, of the depthwise convolution, and its taps.
std::vector<int8_t> BottleneckCode::packParams() const {
  std::vector<int8_t> bytes;
  for (int64_t block = 0; block < t.hidden_blocks; ++block) {
    for (const Layer* conv : {expansion, &depthwise})
      if (conv)
        for (const auto* values : {&conv->bias, &conv->multiplier, &conv->shift})
          appendLanes(bytes, *values, block, cols);
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t lane = 0; lane < cols; ++lane)
        bytes.push_back(filterWeight(block, tap, lane));
  }
  return bytes;
}

/// The group of a step. Before the first one comes, for an expansion, one of a last block, of which
/// the first expansion is taken, behind the last one that of a first block, with the last
/// projection.
void BottleneckCode::loadWeights(Value group, Value block) {
  Value to = e.row(e.scratchpad(e.map.weightSlots(), "weights"), weightSlot(group), 0);
  Value from = e.row(s.dram(e, weights_data), e.mul(block, t.weight_bytes), 0);
  s.awaitCredit(e, "load", "weights");
  CopyInOp::create(e.builder, e.location, to, from, e.constant(t.weight_bytes));
  e.signal("load", "weights");
}

void BottleneckCode::loadParams(const Step& step) {
  Value to = e.row(e.scratchpad(e.map.paramSlots(), "parameters"), paramSlot(step.index), 0);
  Value from = e.row(s.dram(e, params_data), e.mul(step.block, t.param_bytes), 0);
  s.awaitCredit(e, "load", "vector");
  if (!expansion && divided()) // here, since an instruction for waiting alone would land where the
    s.awaitCredit(e, "load", "matrix"); // vector unit writes
  CopyInOp::create(e.builder, e.location, to, from, e.constant(t.param_bytes));
  if (!expansion)
    loadHidden(step);
  e.signal("load", "vector");
}

/// A block of the hidden tensor, and with the first one of a band the other operand of its sum.
void BottleneckCode::loadHidden(const Step& step) {
  const Band b = band(step.band);
  if (layer.sum)
    e.when(isZero(step.block), [&] { loadSecond(step.band); });
  auto load = [&](const Region& region, Value first, Value rows) {
    hidden_rows->load(region.buffer, hiddenSlot(region, step.index), step.block, first, rows);
  };
  if (divided()) {
    load(regions().front(), b.first, e.constant(plan.array_rows));
    e.signal("load", "matrix");
  }
  load(regions().back(), e.add(b.first, plan.array_rows),
       e.sub(b.rows, e.constant(plan.array_rows)));
}

void BottleneckCode::loadSecond(Value index) {
  const Band b = band(index);
  const int64_t row = layer.out.width * cols;
  Value dst = e.stream(input, inputSlot(index), 0, {e.level(t.out_blocks, t.in_plane)});
  Value src =
      e.stream(s.dram(e, s.tensor(layer.second)), e.mul(b.first, row), layer.out_view.offset(row),
               {e.level(t.out_blocks, layer.out_view.plane(row))});
  CopyInOp::create(e.builder, e.location, dst, src, e.mul(b.rows, row));
}

/// The projection's parameters, for the whole layer.
void BottleneckCode::loadLast() {
  CopyInOp::create(e.builder, e.location, e.row(dense, {}, lastPlace()),
                   e.row(s.dram(e, last_data), {}, 0), e.constant(t.out_blocks * 12 * cols));
}

void BottleneckCode::loadInput(Value index) {
  const Band b = band(index);
  const int64_t plane = layer.in_view.plane(t.in_row);
  Value skipped = rolling() ? e.mul(b.above, t.in_row) : e.constant(0);
  Value bytes = e.mul(b.count, t.in_row);
  Value dst =
      e.stream(input, e.add(inputSlot(index), skipped), 0, {e.level(t.in_blocks, t.in_plane)});
  Value src = e.stream(input_dram, e.mul(b.begin, t.in_row), layer.in_view.offset(t.in_row),
                       {e.level(t.in_blocks, plane)});
  s.awaitCredit(e, "load", "matrix");
  CopyInOp::create(e.builder, e.location, dst, src, bytes);
  e.signal("load", "matrix");
}

Value BottleneckCode::weightSlot(Value group) {
  return e.mul(e.parity(e.add(group, first_weights + firstGroup())), e.map.weights[1].address);
}

Value BottleneckCode::paramSlot(Value index) {
  return e.mul(e.parity(e.add(index, first_params)),
               e.map.params[1].address - e.map.params[0].address);
}

Value BottleneckCode::inputSlot(Value index) {
  return rolling() ? e.mul(e.parity(index), places.input.bytes / 2) : e.constant(0);
}

int64_t BottleneckCode::lastPlace() const {
  return BottleneckPlaces::kDenseSlots * t.dense_bytes;
}

} // namespace npuforge::tile
