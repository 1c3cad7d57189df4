// Copies of nested counters: as few and as long runs as there are.
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kMostCount = 65535, kMostSteps = (1 << 24) - 1;

class Copier {
public:
  Copier(Emit& emit, const Copy& copy, bool in)
      : e(emit), copy(copy), in(in), bytes(e.constant(copy.bytes)), fixed_bytes(copy.bytes) {}

  void run() {
    simplify();
    split();
    loops(0, copy.pad_at, copy.dram_at);
  }

private:
  static std::optional<int64_t> known(Value value) { return getConstantIntValue(value); }

  /// Innermost axes that continue the run become part of it; neighbouring axes become one.
  void simplify() {
    SmallVector<Axis> rest;
    for (const Axis& axis : copy.axes)
      if (known(axis.count) != 1)
        rest.push_back(axis);
    while (!rest.empty() && fixed_bytes && rest.back().dram == *fixed_bytes &&
           rest.back().pad == *fixed_bytes) {
      auto count = known(rest.back().count);
      bytes = e.mul(rest.back().count, *fixed_bytes);
      fixed_bytes = count ? std::optional(*count * *fixed_bytes) : std::nullopt;
      rest.pop_back();
    }
    for (const Axis& axis : llvm::reverse(rest)) { // axes: innermost first
      if (!axes.empty()) {
        Axis& inner = axes.back();
        auto count = known(inner.count), outer = known(axis.count);
        if (count && axis.dram == inner.dram * *count && axis.pad == inner.pad * *count && outer &&
            *outer * *count <= kMostCount) {
          inner.count = e.constant(*outer * *count);
          continue;
        }
      }
      axes.push_back(axis);
    }
  }

  /// What one instruction does and what loops around it do.
  void split() {
    const auto levels = static_cast<size_t>(e.machine.sequencer.levels);
    for (const Axis& axis : axes)
      if (axis.dram < 0 || axis.pad < 0 || known(axis.count).value_or(1) > kMostCount)
        outer.push_back(axis);
      else
        inner.push_back(axis);
    // The smallest counts are the cheapest loops. A count that is not known is taken for large.
    auto size = [&](const Axis& axis) { return known(axis.count).value_or(kMostCount); };
    auto steps = [&] {
      double product = 1;
      for (const Axis& axis : inner)
        product *= static_cast<double>(known(axis.count).value_or(1024));
      return product;
    };
    while (inner.size() > levels || (inner.size() > 1 && steps() > kMostSteps)) {
      auto least = std::min_element(inner.begin(), inner.end(), [&](const Axis& a, const Axis& b) {
        return size(a) < size(b);
      });
      outer.push_back(*least);
      inner.erase(least);
    }
  }

  void loops(size_t at, Value pad_at, Value dram_at) {
    if (at == outer.size())
      return instruction(pad_at, dram_at);
    const Axis& axis = outer[at];
    e.loop(axis.count, [&](Value index) {
      loops(at + 1, moved(pad_at, index, axis.pad), moved(dram_at, index, axis.dram));
    });
  }

  Value moved(Value at, Value index, int64_t stride) {
    Value step = e.mul(index, stride);
    return at ? e.add(at, step) : step;
  }

  void instruction(Value pad_at, Value dram_at) {
    SmallVector<Level> pad, dram;
    for (const Axis& axis : inner) {
      pad.push_back({axis.count, axis.pad, {}, {}});
      dram.push_back({axis.count, axis.dram, {}, {}});
    }
    Value on_pad = e.stream(copy.pad, pad_at, 0, pad);
    Value in_dram = e.stream(copy.dram, dram_at, 0, dram);
    if (in)
      CopyInOp::create(e.builder, e.location, on_pad, in_dram, bytes);
    else
      CopyOutOp::create(e.builder, e.location, in_dram, on_pad, bytes);
  }

  Emit& e;
  const Copy& copy;
  const bool in;
  Value bytes;
  std::optional<int64_t> fixed_bytes;
  SmallVector<Axis> axes, inner, outer;
};

} // namespace

void copyIn(Emit& emit, const Copy& copy) {
  Copier(emit, copy, true).run();
}

void copyOut(Emit& emit, const Copy& copy) {
  Copier(emit, copy, false).run();
}

} // namespace npuforge::tile
