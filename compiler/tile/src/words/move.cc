// Moves: elements of each piece come into the scratchpad in one order of its indices and leave in
// the same, so both sides have runs as long as their strides let them.
//
// No unit computes, but loads and stores have four slots between them: a load waits for a credit
// of the vector unit, which gives it when the store four tasks before is complete. What no piece
// writes is filled: the whole result first, in one store.
//
// Bytes go between rows and blocks of channels in the same way, at once with a move of them.
#include "npuforge/compiler/graph/Graph.h"

#include "layers.h"
#include "mlir/IR/TypeUtilities.h"
#include "words/move_pieces.h"
#include "words/rows.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kSlots = 4;

class WordsMoveCode : public LayerCode {
public:
  WordsMoveCode(Emit& emit, Session& session, Operation& op, Moves moves)
      : e(emit), s(session), op(op), moves(std::move(moves)),
        element(elementBytes(op.getResult(0))) {}

  void run() override {
    const Place input = e.map.input;
    slot = input.bytes / kSlots / 4 * 4;
    slots = e.scratchpad(input, "moved");
    result = s.dram(e, s.tensor(op.getResult(0)));
    auto move = dyn_cast<graph::MoveOp>(op);
    const auto value = move ? move.getFill() : std::nullopt;
    if (value)
      makeFill(*value);
    s.awaitLayerBefore(e);
    if (value)
      fill();
    for (const Piece& piece : moves.pieces)
      copy(piece);
    s.beginNext();
  }

private:
  /// A row of the fill value in DRAM, from which a block of the scratchpad is filled.
  void makeFill(Attribute value) {
    const APInt bits = mlir::isa<FloatAttr>(value)
                           ? cast<FloatAttr>(value).getValue().bitcastToAPInt()
                           : cast<IntegerAttr>(value).getValue();
    std::vector<int8_t> row;
    for (int64_t i = 0; i < e.machine.accumulator_row_bytes() / element; ++i)
      for (unsigned byte = 0; byte < element; ++byte)
        row.push_back(static_cast<int8_t>(bits.extractBitsAsZExtValue(8, 8 * byte)));
    fill_row = s.dram(e, s.constant("fill", row));
  }

  /// All of the result. The store of a task waits for that of two tasks before: two idle ones make
  /// the first piece wait for this.
  void fill() {
    const int64_t row = e.machine.accumulator_row_bytes();
    const int64_t all = cast<ShapedType>(op.getResult(0).getType()).getNumElements() * element;
    const int64_t block = std::min(e.map.outputs[0].bytes / row, ceilDiv(all, row)) * row;
    Value buffer = e.scratchpad(e.map.outputs[0], "fill");
    relayTask(
        e, s,
        [&] { copyIn(e, {buffer, {}, fill_row, {}, {{e.constant(block / row), 0, row}}, row}); },
        [&] {
          if (all / block > 0)
            copyOut(e, {buffer, {}, result, {}, {{e.constant(all / block), block, 0}}, block});
          if (all % block > 0)
            copyOut(e, {buffer, {}, result, e.constant(all / block * block), {}, all % block});
        });
    for (int idle = 0; idle < 2; ++idle)
      relayTask(e, s, [] {}, [] {});
    done += 3;
  }

  void copy(const Piece& piece) {
    const Dimensions& dims = piece.dims;
    Tile tile{dims, 0, 1, {}};
    const int64_t room = slot / element;
    while (tile.split + 1 < dims.size() && tile.inside(tile.split) > room)
      ++tile.split;
    const int64_t extent = dims[tile.split].extent;
    const int64_t most = std::max<int64_t>(room / tile.inside(tile.split), 1);
    tile.count = ceilDiv(extent, ceilDiv(extent, most));
    source = s.dram(e, s.tensor(moves.sources[piece.source]));
    loops(tile, e.constant(piece.from * element), e.constant(piece.to * element), 0, e.constant(0));
    int64_t tasks = ceilDiv(extent, tile.count);
    for (size_t d = 0; d < tile.split; ++d)
      tasks *= dims[d].extent;
    done += tasks;
  }

  struct Tile {
    const Dimensions& dims;
    size_t split;
    int64_t count;
    Value length; ///< of the split dimension in this tile
    int64_t inside(size_t d) const {
      int64_t elements = 1;
      for (size_t i = d + 1; i < dims.size(); ++i)
        elements *= dims[i].extent;
      return elements;
    }
  };

  void loops(Tile& tile, Value from, Value to, size_t d, Value counter) {
    const Dimension& dim = tile.dims[d];
    if (d < tile.split) {
      e.loop(dim.extent, [&](Value index) {
        loops(tile, e.add(from, e.mul(index, dim.from * element)),
              e.add(to, e.mul(index, dim.to * element)), d + 1,
              e.add(e.mul(counter, dim.extent), index));
      });
      return;
    }
    const int64_t tiles = ceilDiv(dim.extent, tile.count);
    e.loop(tiles, [&](Value index) {
      Value first = e.mul(index, tile.count);
      tile.length = dim.extent % tile.count == 0
                        ? e.constant(tile.count)
                        : e.min(e.sub(e.constant(dim.extent), first), tile.count);
      Value turn = e.remainder(e.add(e.add(e.mul(counter, tiles), index), done), 2);
      moveTile(tile, e.add(from, e.mul(first, dim.from * element)),
               e.add(to, e.mul(first, dim.to * element)), e.mul(turn, slot));
    });
  }

  void moveTile(const Tile& tile, Value from, Value to, Value at) {
    Copy in{slots, at, source, from, {}, element}, out{slots, at, result, to, {}, element};
    for (size_t d = tile.split; d < tile.dims.size(); ++d) {
      Value count = d == tile.split ? tile.length : e.constant(tile.dims[d].extent);
      const int64_t pad = tile.inside(d) * element;
      in.axes.push_back({count, tile.dims[d].from * element, pad});
      out.axes.push_back({count, tile.dims[d].to * element, pad});
    }
    relayTask(e, s, [&] { copyIn(e, in); }, [&] { copyOut(e, out); });
  }

  Emit& e;
  Session& s;
  Operation& op;
  const Moves moves;
  const int64_t element;      ///< bytes
  int64_t slot = 0, done = 0; ///< bytes of a slot; tasks of the pieces before
  Value slots, result, source, fill_row;
};

bool handles(Operation& op) {
  return movesBytes(op) ||
         (mlir::isa<graph::MoveOp>(op) && (isWords(op.getResult(0)) || isNarrow(op.getResult(0))));
}

std::string plan(Operation&, const npuforge::isa::Spec&, const match::Patterns&, bool) {
  return "";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op,
                                const npuforge::isa::Spec&, const Part&) {
  return std::make_unique<WordsMoveCode>(emit, session, op, movesOf(op, emit.machine.array.cols));
}

} // namespace

bool movesBytes(Operation& op) {
  if (!mlir::isa<graph::ToWordsOp, graph::ToBlocksOp>(op))
    return false;
  Block& body = op.getRegion(0).front();
  const bool keeps = cast<graph::YieldOp>(body.getTerminator()).getValue() == body.getArgument(0);
  return keeps && isNarrow(mlir::isa<graph::ToWordsOp>(op) ? op.getResult(0) : op.getOperand(0));
}

const WordsKind kWordsMove{handles, plan, make};

} // namespace npuforge::tile
