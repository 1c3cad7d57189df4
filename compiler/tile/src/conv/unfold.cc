// Loads that put all taps of a result side by side: [channel][kernel row][kernel column] for each
// pixel, so that the rows of the array are full whatever the number of channels.
#include "conv/conv.h"

namespace npuforge::tile {

/// Of groups of so many results, each with the `segment` input columns under it.
std::vector<ConvCode::Columns> ConvCode::columnsOf(int64_t results, int64_t segment) const {
  const Window& w = layer.window;
  std::vector<Columns> list;
  for (int64_t group = 0; group < ceilDiv(layer.out.width, results); ++group) {
    const int64_t begin = group * results * w.stride_w - w.left;
    const int64_t low = std::max<int64_t>(-begin, 0),
                  high = std::min(segment, layer.in.width - begin);
    if (!list.empty() && list.back().low == low && list.back().high == high)
      ++list.back().count;
    else
      list.push_back({group, 1, low, high});
  }
  return list;
}

void ConvCode::unfoldBand(const Band& b) {
  unfoldPart(b, {e.constant(0), b.rows, e.constant(0), e.constant(layer.in.channels)});
}

/// A band takes about as long to load as to compute, and what other loads bring is needed in
/// between: so each block's task brings its share of the next band's rows, or of its channels.
void ConvCode::unfoldShare(const Band& b, Value block) {
  const int64_t channels = layer.in.channels, row_share = ceilDiv(plan.band, blocks),
                channel_share = ceilDiv(channels, blocks);
  Part part{e.constant(0), b.rows, e.constant(0), e.constant(channels)};
  auto share = [&](Value& first, Value& count, int64_t most) {
    first = e.mul(block, most);
    count = e.min(e.max(e.sub(count, first), 0), most);
  };
  if (channel_share * plan.band < row_share * channels)
    share(part.channel, part.channels, channel_share);
  else
    share(part.row, part.rows, row_share);
  e.when(e.max(e.sub(e.constant(1), block), 0), [&] { s.awaitCredit(e, "load", "matrix"); });
  e.when(part.channels, [&] { unfoldPart(b, part); });
  e.when(e.max(e.add(block, 2 - blocks), 0), [&] { e.signal("load", "matrix"); });
}

/// The columns of padding were written before the first band, and no load touches them.
void ConvCode::unfoldPart(const Band& b, const Part& part) {
  e.loop(part.rows, [&](Value turn) {
    Value y = e.add(part.row, turn);
    Value row =
        e.sub(e.mul(e.add(b.first, y), layer.window.stride_h), e.constant(layer.window.top));
    unfoldRow(row, e.add(b.slot, e.mul(y, f.pitch)), part);
  });
}

/// `input_row` is that of the first kernel row, and may lie above the input.
void ConvCode::unfoldRow(Value input_row, Value to, const Part& part) {
  const Window& w = layer.window;
  const int64_t height = layer.in.height, width = layer.in.width, kernel = w.kernel_h * w.kernel_w,
                plane = layer.in_view.plane(width), offset = layer.in_view.offset(width);
  Value above = w.top ? e.max(e.mul(input_row, -1), 0) : e.constant(0);
  Value below = w.bottom ? e.max(e.add(input_row, w.kernel_h - height), 0) : e.constant(0);
  Value inside = e.sub(e.sub(e.constant(w.kernel_h), above), below);
  to = e.add(to, e.mul(part.channel, kernel));
  e.when(above, [&] { fillTaps(to, above, part.channels); });
  e.when(below, [&] {
    Value first = e.add(to, e.mul(e.sub(e.constant(w.kernel_h), below), w.kernel_w));
    fillTaps(first, below, part.channels);
  });
  Value first = e.add(to, e.mul(above, w.kernel_w));
  Value from = e.add(e.mul(e.add(input_row, above), width), e.mul(part.channel, plane));
  for (const Columns& c : columnsOf(1, w.kernel_w)) {
    Value dst = e.stream(
        input, first, c.first * f.pixel + c.low,
        {e.level(c.count, f.pixel), {inside, w.kernel_w, {}, {}}, {part.channels, kernel, {}, {}}});
    Value src = e.stream(
        input_dram, from, offset + c.first * w.stride_w - w.left + c.low,
        {e.level(c.count, w.stride_w), {inside, width, {}, {}}, {part.channels, plane, {}, {}}});
    CopyInOp::create(e.builder, e.location, dst, src, e.constant(c.high - c.low));
  }
}

/// Kernel rows of padding for a row of results: from a constant, since loads are in order.
void ConvCode::fillTaps(Value to, Value kernel_rows, Value channels) {
  const Window& w = layer.window;
  Value dst = e.stream(input, to, 0,
                       {e.level(layer.out.width, f.pixel),
                        {kernel_rows, w.kernel_w, {}, {}},
                        {channels, w.kernel_h * w.kernel_w, {}, {}}});
  Value src =
      e.stream(s.dram(e, fill_data), {}, 0,
               {e.level(layer.out.width, 0), {kernel_rows, 0, {}, {}}, {channels, 0, {}, {}}});
  CopyInOp::create(e.builder, e.location, dst, src, e.constant(w.kernel_w));
}

} // namespace npuforge::tile
