// The code of sums and of changes of scale: one map of the vector unit for each tile.
#include "blocks/quantised_maps.h"
#include "plan/plan_check.h"
#include "session.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

enum Lane { kZeroA, kMultiplierA, kZeroB, kMultiplierB, kShift, kZero, kLow, kHigh };

class ElementwiseCode : public LayerCode {
public:
  ElementwiseCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan)
      : e(emit), s(session), layer(layer), plan(plan), cols(emit.machine.array.cols) {
    broadcast = layer.kind == Kind::Add && layer.second_in.height * layer.second_in.width == 1;
    const int64_t channel_blocks = ceilDiv(layer.in.channels, cols);
    blocks = blocksApart(layer) ? channel_blocks : 1;
    rows = layer.in.height * layer.in.width * channel_blocks / blocks;
    tiles = ceilDiv(rows, plan.band);
    s.param_groups += blocks * tiles;
  }

  void run() override {
    prologue();
    e.loop(blocks, [&](Value block) {
      e.loop(tiles, [&](Value index) { task(block, index, e.add(e.mul(block, tiles), index)); });
    });
    s.beginNext();
  }

private:
  void prologue() {
    const MemoryMap& m = e.map;
    // The two sources lie in different banks.
    const int64_t half = e.machine.scratchpad.bytes / 4;
    a = e.scratchpad({m.input.address, half}, "a");
    output = e.scratchpad(m.outputSlots(), "output");
    a_dram = s.dram(e, s.tensor(layer.input));
    output_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
    e.set_lane(kShift, layer.shift[0]);
    e.set_lane(kZero, layer.zero);
    e.set_lane(kLow, layer.low);
    e.set_lane(kHigh, layer.high);
    e.set_lane(kMultiplierA, layer.multiplier[0]);
    if (layer.kind == Kind::Add) {
      b = e.scratchpad({m.input.address + half, m.input.bytes - half}, "b");
      b_dram = s.dram(e, s.tensor(layer.second));
      e.set_lane(kZeroA, layer.zero_a);
      e.set_lane(kZeroB, layer.zero_b);
      e.set_lane(kMultiplierB, layer.multiplier_b);
    } else {
      e.set_lane(kZeroA, -layer.zero_a); // a bias
    }
    s.awaitLayerBefore(e);
  }

  void task(Value block, Value index, Value counter) {
    Value first = e.mul(index, plan.band);
    Value count = rows % plan.band == 0 ? e.constant(plan.band)
                                        : e.min(e.sub(e.constant(rows), first), plan.band);
    Value parity = e.parity(counter), bytes = e.mul(count, cols);
    Value slot = e.mul(parity, e.map.input.bytes / 4 / cols * cols);
    Value out_slot = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    const int64_t row_bytes = layer.in.width * cols;
    Value at = e.add(e.mul(block, layer.in_view.plane(row_bytes)), e.mul(first, cols));
    at = e.add(at, layer.in_view.offset(row_bytes));
    s.awaitCredit(e, "load", "vector");
    CopyInOp::create(e.builder, e.location, e.row(a, slot, 0), e.row(a_dram, at, 0), bytes);
    if (b && broadcast)
      CopyInOp::create(e.builder, e.location, e.row(b, slot, 0),
                       e.row(b_dram, e.mul(block, cols), layer.in_view.block * cols),
                       e.constant(cols));
    else if (b)
      CopyInOp::create(e.builder, e.location, e.row(b, slot, 0), e.row(b_dram, at, 0), bytes);
    e.signal("load", "vector");
    e.await("vector", "load");
    s.awaitCredit(e, "vector", "store");
    map(count, slot, out_slot);
    e.signal("vector", "load");
    e.signal("vector", "store");
    e.await("store", "vector");
    CopyOutOp::create(e.builder, e.location, e.row(output_dram, at, 0), e.row(output, out_slot, 0),
                      bytes);
    e.signal("store", "vector");
  }

  void map(Value count, Value slot, Value out_slot) {
    Value dst = e.stream(output, out_slot, 0, {{count, cols, {}, {}}});
    SmallVector<Value> srcs{e.stream(a, slot, 0, {{count, cols, {}, {}}})};
    if (b) {
      srcs.push_back(e.stream(b, slot, 0, {{count, broadcast ? 0 : cols, {}, {}}}));
      addRows(e, dst, srcs,
              {kZeroA, kMultiplierA, kZeroB, kMultiplierB, kShift, kZero, kLow, kHigh});
    } else {
      MapOp::create(e.builder, e.location, "rescale", dst, srcs,
                    e.lanes({{"bias", kZeroA},
                             {"mult", kMultiplierA},
                             {"shift", kShift},
                             {"zero", kZero},
                             {"low", kLow},
                             {"high", kHigh}}));
    }
  }

  Emit& e;
  Session& s;
  const Layer& layer;
  const Plan& plan;
  const int64_t cols;
  bool broadcast;
  int64_t blocks, rows, tiles;
  Value a, b, output, a_dram, b_dram, output_dram;
};

} // namespace

std::unique_ptr<LayerCode> makeElementwise(Emit& emit, Session& session, const Layer& layer,
                                           const Plan& plan) {
  return std::make_unique<ElementwiseCode>(emit, session, layer, plan);
}

} // namespace npuforge::tile
