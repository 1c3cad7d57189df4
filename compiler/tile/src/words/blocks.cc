// Between words and blocks: rows of a pixel's channels, one for each block of channels, through the
// steps of a cover. Blocks lie as [block][pixel][channel], words as [pixel][all channels]; so a row
// of blocks is a run of `cols` bytes behind the row before, a row of words a run of `cols` words,
// all channels apart.
#include "npuforge/compiler/graph/Graph.h"

#include "maps/map_plan.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words/steps.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Rows of the tensor: blocks of pixels. One pixel's blocks are neighbours on both sides, and so
/// are as many pixels of one block.
struct Extents {
  int64_t pixels, channels, blocks;
};

bool leaves(Operation& op) {
  return mlir::isa<graph::ToWordsOp>(op);
}

Extents extentsOf(Operation& op, int64_t cols) {
  const Shape shape = shapeOf(leaves(op) ? op.getOperand(0) : op.getResult(0));
  const int64_t pixels = shape.height * shape.width, blocks = ceilDiv(shape.channels, cols);
  // Both sides end with whole rows.
  return pixels == 1 ? Extents{blocks, cols, 1} : Extents{pixels, shape.channels, blocks};
}

/// Some whole blocks, or the last one, which may hold fewer channels; tiles are pixels of a block,
/// or all pixels of some blocks.
struct Piece {
  int64_t first, blocks, width; ///< blocks from first on, of so many channels each
};

/// Of blocks [begin, end).
SmallVector<Piece> piecesOf(const Extents& extents, const Range& own, int64_t cols) {
  const int64_t whole = std::min(extents.channels / cols, own.end), rest = extents.channels % cols;
  SmallVector<Piece> pieces;
  if (whole > own.begin)
    pieces.push_back({own.begin, whole - own.begin, cols});
  if (whole < own.end)
    pieces.push_back({whole, 1, rest});
  return pieces;
}

class BlocksCode : public LayerCode {
public:
  BlocksCode(Emit& emit, Session& session, Operation& op, MapPlan plan, int64_t room,
             const Part& part)
      : e(emit), s(session), op(op), plan(std::move(plan)), room(room),
        cols(emit.machine.array.cols), extents(extentsOf(op, cols)),
        own(part.blocks.value_or(Range{0, extents.blocks})), steps(emit, this->plan) {}

  void run() override {
    for (const MapValue& value : plan.values) {
      const Place own{value.address,
                      room * rowBytes(value) + (value.input >= 0 ? value.slot : int64_t{0})};
      buffers.push_back(e.buffer(value.space, value.is_result ? e.map.outputSlots() : own,
                                 value.is_result ? "output" : "value"));
    }
    source = s.dram(e, s.tensor(op.getOperand(0)));
    result = s.dram(e, s.tensor(op.getResult(0)));
    steps.setLanes();
    s.awaitLayerBefore(e);
    for (const Piece& piece : piecesOf(extents, own, cols))
      run(piece);
    s.beginNext();
  }

private:
  /// Of the tensor in DRAM: `at` its first byte, `count` rows of each of `blocks`.
  struct Tile {
    Value block, pixel; ///< the first
    Value blocks, pixels;
    int64_t width; ///< channels of a row
  };

  int64_t rowBytes(const MapValue& value) const {
    return value.space == isa::name(isa::Space::Accumulator) ? 1 : cols * value.element_bytes;
  }

  void run(const Piece& piece) {
    const int64_t together = std::clamp<int64_t>(room / extents.pixels, 1, piece.blocks);
    const int64_t groups = ceilDiv(piece.blocks, together);
    const int64_t tiles = ceilDiv(extents.pixels, std::min(room, extents.pixels));
    const int64_t most = ceilDiv(extents.pixels, tiles);
    e.loop(groups, [&](Value group) {
      e.loop(tiles, [&](Value tile) {
        Value first = e.mul(group, together), pixel = e.mul(tile, most);
        task({e.add(first, piece.first), pixel, upTo(first, together, piece.blocks),
              upTo(pixel, most, extents.pixels), piece.width},
             e.add(e.add(e.mul(group, tiles), tile), done));
      });
    });
    done += groups * tiles;
  }

  /// How many of `all` a part of `most` that begins at `first` has.
  Value upTo(Value first, int64_t most, int64_t all) {
    return all % most == 0 ? e.constant(most) : e.min(e.sub(e.constant(all), first), most);
  }

  void task(const Tile& tile, Value counter) {
    Value parity = e.parity(counter);
    Value out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    Tasks tasks(e, s);
    tasks.load([&] {
      for (auto [value, buffer] : llvm::zip(plan.values, buffers))
        if (value.input >= 0)
          copyIn(e, copyOf(tile, buffer, e.mul(parity, value.slot), source, !leaves(op)));
    });
    tasks.compute([&] {
      steps.run([&](int64_t value, const MapStep&) {
        return rowsOf(plan.values[value], value, tile, parity, out);
      });
    });
    tasks.store([&] {
      for (auto [value, buffer] : llvm::zip(plan.values, buffers))
        if (value.is_result)
          copyOut(e, copyOf(tile, buffer, out, result, leaves(op)));
    });
  }

  Copy copyOf(const Tile& tile, Value buffer, Value at, Value dram, bool words) {
    const int64_t bytes = words ? elementBytes(leaves(op) ? op.getResult(0) : op.getOperand(0)) : 1,
                  row = cols * bytes;
    const int64_t block = words ? row : extents.pixels * row;
    const int64_t pixel = words ? extents.channels * bytes : row;
    Copy copy{buffer, at, dram, {}, {}, (words ? tile.width : cols) * bytes};
    copy.dram_at = e.add(e.mul(tile.block, block), e.mul(tile.pixel, pixel));
    // More blocks than one only with all of their pixels.
    copy.axes = {{tile.blocks, block, extents.pixels * row}, {tile.pixels, pixel, row}};
    return copy;
  }

  /// Several blocks have all pixels, which are a constant then.
  Value rowCount(const Tile& tile) {
    auto pixels = getConstantIntValue(tile.pixels);
    return pixels ? e.mul(tile.blocks, *pixels) : tile.pixels;
  }

  Value rowsOf(const MapValue& value, int64_t index, const Tile& tile, Value parity, Value out) {
    Value at = value.is_result ? out : value.input >= 0 ? e.mul(parity, value.slot) : Value();
    return e.stream(buffers[index], at, 0, {{rowCount(tile), rowBytes(value), {}, {}}});
  }

  Emit& e;
  Session& s;
  Operation& op;
  const MapPlan plan;
  const int64_t room, cols; ///< rows of a tile, at most; lanes
  const Extents extents;
  const Range own; ///< blocks
  Steps steps;
  int64_t done = 0; ///< tasks of the pieces before
  std::vector<Value> buffers;
  Value source, result;
};

bool handles(Operation& op) {
  return mlir::isa<graph::ToWordsOp, graph::ToBlocksOp>(op) && !movesBytes(op);
}

std::string makePlanOf(Operation& op, const isa::Spec& spec, const match::Patterns& patterns,
                       bool fast_math) {
  auto cover = coverMap(op, spec, patterns, fast_math);
  if (auto* reason = std::get_if<std::string>(&cover))
    return *reason;
  MapPlan& plan = std::get<MapPlan>(cover);
  const Extents extents = extentsOf(op, spec.machine.array.cols);
  int64_t rows = 0;
  auto choose = [&](int64_t room) {
    rows = std::min(room, extents.pixels * extents.blocks);
    return TileRows{rows, 1};
  };
  if (std::string reason = placeMap(plan, spec, choose); !reason.empty())
    return reason;
  plan.layer_rows = extents.pixels * extents.blocks;
  op.setAttr(kPlanAttr, IntegerAttr::get(IntegerType::get(op.getContext(), 64), rows));
  op.setAttr(kCoverAttr, toAttribute(op.getContext(), plan));
  return "";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec&,
                                const Part& part) {
  FailureOr<MapPlan> plan = readMapPlan(op);
  auto room = op.getAttrOfType<IntegerAttr>(kPlanAttr);
  if (failed(plan) || !room)
    return nullptr;
  if (!part.whole())
    waitAlways(*plan);
  return std::make_unique<BlocksCode>(emit, session, op, std::move(*plan), room.getInt(), part);
}

/// Blocks, unless they are rows of one.
Splits splits(Operation& op, const isa::Machine& machine) {
  return {1, extentsOf(op, machine.array.cols).blocks};
}

} // namespace

const WordsKind kWordsBlocks{handles, makePlanOf, make, splits};

} // namespace npuforge::tile
