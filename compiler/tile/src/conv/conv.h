#pragma once
// The code of one convolution.

#include "conv/rows.h"
#include "session.h"
#include "words/steps.h"
#include "words/words.h"

namespace npuforge::tile {

/// Loops over bands of result rows and blocks of result channels; for each, weight tiles stream
/// through the array while the band's pixels are multiplied, then one map makes i8 rows of the
/// accumulators and a copy writes them to DRAM.
class ConvCode : public LayerCode {
public:
  /// `map`: what is the layer's last step where it is mapped; outlives this.
  ConvCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan,
           const MapPlan* map = nullptr);
  void begin() override;
  void run() override;
  /// Has a layer before loaded the weights that this one is to find?
  bool finds() const { return !plan.found || s.hasWeights(plan.kept, weights_data.symbol); }

private:
  using Value = mlir::Value;
  struct Band {
    Value first, rows;          ///< result rows
    Value lead;                 ///< of them those above the first windows' own of a pooling
    Value slot;                 ///< byte offset of the input slot
    Value first_stored, stored; ///< rows that are stored: of the pooling's result, or the same
    Value index;
  };
  /// Of weights, when those of a block exceed a slot: steps of `block`'s reduction.
  struct Chunk {
    Value block, outer, chunk;
    Value index; ///< counts all chunks of the layer
  };

  // loops.cc
  void bandsOutside();
  void tasksOf(Value load, Value turn);
  void blocksOutside();
  void loadNext(Value load, Value turn, Value block);
  void loadNextTask(Value index, Value block, Value counter);

  // conv.cc: a task
  void makeBuffers();
  void setLanes();
  void fillColumns();
  void takeParams(Value counter);
  /// Some of the vector unit's steps of a task, by number.
  using Meanwhile = std::function<void(size_t)>;
  struct Task {
    Band band;
    Value block, counter;
  };
  /// `before`: the task before, which the vector unit finishes meanwhile where it defers its work.
  void task(const Task& task, const Task* before);
  void finish(const Band& band, Value block, Value counter);
  Value requantise(const Band& band, Value block, Value counter);
  void addSecond(Value rows, Value pixels, Value counter);
  Value requantised(const Band& band, Value block, Value counter);
  void store(const Band& band, Value block, Value slot);

  // map.cc
  void applyMap(const Band& band, Value counter, Steps::Range range);
  Task taskBefore(Value index, Value block, Value counter);
  void finishLast();
  void beginFinish(const Task& task);
  void finishPart(const Task& task, size_t part);
  /// Is the vector unit's work for a task given to it while the array is at work on the next one?
  bool defers() const { return !map_parts.empty(); }

  // pool.cc
  void preparePooling();
  Value pooledRows(const Band& band, Value block);
  void pool(const Band& band, Value block, Value slot);
  Value poolBase(Value block);

  // units.cc
  /// Weights of few pixels: `each` units of `bytes` in a block, 2^bits of them in a slot's place;
  /// 0: they come otherwise.
  struct Units {
    int64_t each = 0, bytes = 0;
    int bits = 0;
  };
  Units weightUnits() const;
  int64_t moreCredits() const { return (int64_t{2} << units.bits) - 2; }
  Value unitSlot(Value unit);
  void loadUnit(Value unit);
  void loadMoreUnits();
  void loadNextParams(Value block);
  void loadNextUnit(Value unit, Value turn);
  void multiplyUnits(const Band& band, Value block, Value accumulator, const Meanwhile& meanwhile);
  void multiplyUnit(const Band& band, Value block, Value turn, Value accumulator, int64_t first,
                    int64_t end, const Meanwhile& meanwhile);

  // mean.cc
  void prepareMean();
  void mean(Value rows, Value counter);

  // share.cc
  void passSlot();
  void loadFirstWeights();
  void loadShared(Value offset, Value steps, Value slot);
  void takeShared();

  // load.cc
  Band band(Value index, Value counter);
  Band loaded(Value load);
  /// Of the input, or groups of them; the slot begins with `origin`, which may lie in the padding.
  struct Rows {
    Value origin, begin, end;
  };
  Rows rowsOf(const Band& band);
  void loadInput(const Band& band);
  void loadParts(const Band& band, int64_t first, int64_t count);
  void loadPart(const Band& band, Value part);
  void loadFirstInput();
  void loadShare(const Band& band, Value turn);
  void loadRows(const Band& band, const Rows& rows, Value part);
  void loadNeighbours(Value to, Value from, Level rows, Level rows_from);
  void loadThinned(const Band& band, Value part);
  void loadParams(Value index, Value block, Value counter);
  void loadSecond(const Band& band, Value block, Value counter);
  void loadBlock(Value block, Value group);
  void loadChunk(const Chunk& chunk);
  void loadWeights(Value offset, Value steps, Value slot);
  Chunk following(const Chunk& chunk);
  Value chunkSteps(Value chunk);
  Value weightSlot(Value group);
  void loadKept(Value block);
  Value keptBlock(Value block);
  /// How a tensor lies in DRAM: bytes from pixel to pixel, row to row, block to block, and to the
  /// first of them that the layer reads.
  struct Lie {
    int64_t pixel, row, plane, first;
  };
  Lie lieOf(Value tensor, const View& view, int64_t width);
  Copy resultOf(const Band& band, Value block, Value tensor, Value pad, Value pad_at);
  Copy movedResult(const Band& band, Value block, Value pad_at);
  Value paramSlot(Value counter);
  Value outputSlot(Value counter);
  Value secondBuffer();
  Value secondSlot(Value counter);

  // unfold.cc
  /// Neighbouring groups of results whose input columns [low, high) lie inside the input.
  struct Columns {
    int64_t first, count, low, high;
  };
  std::vector<Columns> columnsOf(int64_t results, int64_t segment) const;
  /// Result rows and input channels [first, first + count) of a band.
  struct Part {
    Value row, rows, channel, channels;
  };
  void unfoldBand(const Band& band);
  void unfoldShare(const Band& band, Value block);
  void unfoldPart(const Band& band, const Part& part);
  void unfoldRow(Value input_row, Value to, const Part& part);
  void fillTaps(Value to, Value kernel_rows, Value channels);

  // multiply.cc
  void multiplyAll(const Band& band, Value block, Value counter, const Meanwhile& meanwhile);
  void multiplyParts(const Band& band, Value block, Value slot, Value accumulator,
                     const Meanwhile& meanwhile);
  /// Turns 0 .. count-1 in as many pieces as there are parts of the map, and a part behind each.
  void pieces(int64_t count, const std::function<void(Value)>& body, const Meanwhile& meanwhile);
  void multiplyChunks(const Band& band, Value block, Value counter, Value accumulator);
  void steps(const Band& band, Value outer, Value first, Value count, Value group, Value slot,
             Value accumulator);
  void step(const Band& band, Value outer, Value inner, Value weights, Value accumulator);
  void tap(const Band& band, int64_t tap, Value base, Value kernel_row, Value weights,
           Value accumulate, Value accumulator);
  void tapOfNeighbours(const Band& band, int64_t tap, Value base, Value accumulate,
                       Value accumulator);
  Value taps(const Band& band, int64_t tap, Value base, Value kernel_row);
  Level columns(int64_t kernel_column);
  Level rows(const Band& band, int64_t kernel_row, Value rolled_row);
  /// A loop that is unrolled when the whole reduction is short.
  void reductionLoop(Value count, const std::function<void(Value)>& body);

  /// Bytes from the first input slot to the second.
  int64_t inputSlot() const {
    return second_in_input ? 2 * eighth() : (e.map.input.bytes - p.bytes) / 2 / cols * cols;
  }
  int64_t eighth() const { return e.machine.scratchpad.bytes / 8; }
  int64_t tasks() const { return f.bands * blocks; }
  int64_t chunks() const { return ceilDiv(r.inner, plan.chunk); }
  int64_t weightGroups() const;
  int64_t countParts() const;
  /// Do two bands of the input fit, and none of what else lies there for the whole layer? Then the
  /// layers before and behind may be at work in the other slot.
  bool overlaps() const;
  int64_t earlyParts() const;
  bool lendsOverlap() const {
    return overlaps() && !blocks_outside && blocks > 1 && s.next &&
           layer.stored().channels == layer.out_view.channels &&
           plan.kept == 0; // else its inputs would take the weights' place
  }
  void signalOverlap(Value counter);
  Value accumulatorSlot(Value counter);
  bool keepsWeights() const;
  /// Does each task load weights?
  bool takesTurns() const { return !blocks_outside && !resident && !plan.found; }

  Emit& e;
  Session& s;
  const Layer& layer;
  const Plan& plan;
  const int64_t cols;
  const Reduction r;
  const Footprint f;
  const GroupedRows g; ///< of the input, as it lies in the slots
  const PoolFootprint p;
  const int64_t blocks;
  const bool one_group, blocks_outside, resident; ///< resident: all blocks' weights share a slot
  const Units units;
  const bool second_in_input; ///< the sum's second operand lies behind the bands of the input, in
                              ///< banks that only it is read from
  const int64_t parts; ///< of a band's planes, for which the band's first task waits one by one
  const bool spreads;  ///< a task loads one part of the next band: the weights of the task behind
                       ///< it wait for that only
  const int64_t first_inputs; ///< parity of the first band's slot
  const bool passes_slot;     ///< one slot of weights, so that a gang's first ones go to the same
  const int64_t first_weights, first_params; ///< loaded by the layers before
  const int64_t accumulator_pitch;           ///< from slot to slot
  const MapPlan* const map;
  std::optional<Steps> map_steps;
  std::optional<RowStore> row_store; ///< the order of what moves the result, if something does
  mlir::Value stored;                ///< what is stored: the layer's result, or what it is moved to
  std::vector<Steps::Range> map_parts;         ///< where they are deferred
  bool begun = false, has_weights = false;     ///< has_weights: the first ones are under way
  Tensor weights_data, params_data, fill_data; ///< fill_data: unfolded, a kernel row of padding
  Value input, input_dram, weights, kept, params, accumulators, output, output_dram;
};

/// Weights in the order in which the array takes them: [block][outer][inner][tap][row][column].
std::vector<int8_t> packWeights(const Layer& layer, const Plan& plan, const Reduction& r,
                                const isa::Machine& machine);

} // namespace npuforge::tile
