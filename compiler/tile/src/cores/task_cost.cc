#include "cores/task_cost.h"

#include "npuforge/compiler/graph/bound.h"
#include "npuforge/compiler/graph/control.h"

#include "conv/cycles.h"
#include "cores/part.h"
#include "llvm/ADT/SetVector.h"
#include "maps/map_plan.h"
#include "words/move_pieces.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Cycles of the DMA, on both sides, for a run that is shorter than a beat.
constexpr int64_t kShortRunCycles = 3;

/// Runs in which a move copies what it moves.
int64_t runsOf(const Moves& moves) {
  int64_t runs = 0;
  for (const Piece& piece : moves.pieces) {
    int64_t count = 1;
    for (auto [index, dim] : llvm::enumerate(piece.dims))
      if (index + 1 < piece.dims.size() || dim.from != 1 || dim.to != 1)
        count *= dim.extent;
    runs += count;
  }
  return runs;
}

class Cost {
public:
  Cost(const Layer& layer, const Plan& plan, const isa::Machine& machine, int64_t at_once)
      : layer_(layer), plan_(plan), machine_(machine), cols_(machine.array.cols),
        at_once_(at_once) {}

  TaskCost of() {
    switch (layer_.kind) {
    case Kind::Words:
      words();
      break;
    case Kind::Conv:
      conv();
      break;
    case Kind::Depthwise:
      depthwise(layer_);
      break;
    case Kind::Bottleneck:
      bottleneck();
      break;
    default:
      rows();
    }
    // From DRAM through the array or the vector unit, and back.
    cost_.ends =
        2 * machine_.dram.latency + machine_.array.rows + 2 * cols_ + first_ * at_once_ / beat();
    return cost_;
  }

private:
  int64_t beat() const { return machine_.dram.beat_bytes; }
  int64_t pixels(const Shape& shape) const { return shape.height * shape.width; }
  int64_t blocks(const Shape& shape) const { return ceilDiv(shape.channels, cols_); }
  int64_t bytes(const Shape& shape) const { return blocks(shape) * pixels(shape) * cols_; }

  void conv() {
    const Reduction r = reductionOf(layer_, plan_, machine_);
    const int64_t bands = ceilDiv(layer_.out.height, plan_.band), columns = blocks(layer_.out),
                  tiles = r.outer * r.inner * r.taps,
                  streamed = pixels(layer_.out) /
                             (plan_.neighbours ? neighboursOf(layer_, machine_).count : 1);
    // A tile's weights take as long to preload as they have rows.
    cost_.array = columns * tiles * std::max(streamed, bands * r.tile_rows);
    cost_.vector = columns * pixels(layer_.out) * (layer_.sum || layer_.average ? 2 : 1);
    if (layer_.pooling)
      cost_.vector += columns * pixels(layer_.pooling->out) * layer_.pooling->window.kernel_h *
                      layer_.pooling->window.kernel_w;
    const bool once =
        plan_.blocks_outside || r.bytes * columns <= MemoryMap(machine_).weights[0].bytes;
    cost_.early = columns * r.bytes * (once ? 1 : bands);
    const int64_t read = plan_.thin    ? pixels(layer_.out) * blocks(layer_.in) * cols_
                         : plan_.plain ? plainBytes()
                                       : bytes(layer_.in);
    cost_.bytes = cost_.early + read * (plan_.blocks_outside && bands > 1 ? columns : 1) +
                  bytes(layer_.stored()) * (layer_.sum ? 2 : 1);
    // The first task goes through all planes of the first band, and goes no faster than they come.
    const int64_t band = read / bands, task = cost_.array / (columns * bands);
    first_ = r.bytes + std::max(band / std::max<int64_t>(1, blocks(layer_.in)),
                                band - task * beat() / at_once_);
  }

  /// Of a row-major input. Short runs take as much of DRAM as whole beats do.
  int64_t plainBytes() const {
    const int64_t short_runs = convFootprint(layer_, plan_, machine_).loads *
                               shortRunBeats(layer_, plan_, machine_) * beat();
    return std::max(short_runs, pixels(layer_.in) * layer_.in.channels);
  }

  void depthwise(const Layer& layer) {
    cost_.array += depthwiseCycles(layer, plan_, machine_);
    cost_.early += blocks(layer.out) * diagonalBytes(layer, machine_);
    cost_.bytes += blocks(layer.out) * diagonalBytes(layer, machine_) + bytes(layer.in) +
                   bytes(layer.stored());
    first_ = bytes(layer.in) / std::max<int64_t>(1, blocks(layer.in));
  }

  /// The hidden tensor never lies in DRAM.
  void bottleneck() {
    auto product = [&](const Layer& conv, const Shape& in) {
      const int64_t weights = blocks(conv.out) * blocks(in) * cols_ * cols_;
      cost_.array += blocks(conv.out) * blocks(in) * pixels(conv.out);
      cost_.vector += blocks(conv.out) * pixels(conv.out);
      cost_.early += weights, cost_.bytes += weights;
    };
    const Layer& filter = layer_.before.back();
    product(layer_, filter.out);
    if (layer_.before.size() > 1)
      product(layer_.before.front(), layer_.in);
    const int64_t taps = filter.window.kernel_h * filter.window.kernel_w;
    cost_.vector += blocks(filter.out) * pixels(filter.out) * (taps / 2 + 1);
    cost_.array += blocks(filter.out) * pixels(filter.out) * taps / 2;
    cost_.bytes += bytes(layer_.in) + bytes(layer_.out);
    first_ = bytes(layer_.in) / std::max<int64_t>(1, blocks(layer_.in));
  }

  /// What the vector unit does row by row.
  void rows() {
    const int64_t taps = layer_.window.kernel_h * layer_.window.kernel_w,
                  inputs = layer_.kind == Kind::Map ? static_cast<int64_t>(layer_.operands.size())
                                                    : (layer_.kind == Kind::Add ? 2 : 1);
    cost_.vector = bytes(layer_.out) / cols_ * (layer_.kind == Kind::Map ? 4 : taps);
    cost_.bytes = inputs * bytes(layer_.in) + bytes(layer_.out);
  }

  static double share(const std::optional<Range>& range, int64_t extent) {
    return range ? static_cast<double>(range->size()) / static_cast<double>(extent) : 1;
  }

  /// Its operations, with those that are its steps.
  void words() {
    llvm::SetVector<Operation*> steps;
    steps.insert(layer_.root);
    for (size_t i = 0; i < steps.size(); ++i)
      for (Value operand : steps[i]->getOperands()) {
        Operation* made = operand.getDefiningOp();
        if (made && !mlir::isa<graph::ConstantOp>(made) && !isLayer(*made) &&
            !graph::isControl(*made))
          steps.insert(made);
        else if (isWords(operand) || isNarrow(operand))
          (isConstant(operand) ? cost_.early : cost_.bytes) += wordsBytes(operand, machine_);
      }
    const graph::Bound bound = graph::lowerBound(
        steps.getArrayRef(), {machine_.array.rows, cols_, cols_, machine_.dram.beat_bytes});
    Value result = layer_.root->getResult(0);
    cost_.bytes += isWords(result) || isNarrow(result) ? wordsBytes(result, machine_) : 0;
    // Parts along blocks read all rows of what is streamed, those along rows all weights.
    const Splits splits = splitsOf(layer_, machine_);
    const double rows = share(layer_.part.rows, splits.rows),
                 columns = share(layer_.part.blocks, splits.blocks);
    cost_.array = static_cast<int64_t>(bound.array * rows * columns);
    cost_.vector = static_cast<int64_t>(bound.vector * rows * columns);
    cost_.early = static_cast<int64_t>(static_cast<double>(cost_.early) * columns);
    cost_.bytes = cost_.early + static_cast<int64_t>(static_cast<double>(cost_.bytes) * rows);
    for (Operation* step : steps)
      wordsStep(*step, rows * columns);
  }

  /// What is known of a step's instructions and copies; `part` of them are this part's.
  void wordsStep(Operation& step, double part) {
    FailureOr<MapPlan> cover =
        step.hasAttr(kCoverAttr) ? readMapPlan(step) : FailureOr<MapPlan>(failure());
    if (succeeded(cover) && cover->rows > 0)
      cost_.vector = std::max(
          cost_.vector,
          static_cast<int64_t>(part * static_cast<double>(cover->cycles * cover->layer_rows) /
                               static_cast<double>(cover->rows)));
    if (failed(cover) && mlir::isa<graph::MoveOp, graph::ToWordsOp, graph::ToBlocksOp>(step)) {
      const auto runs =
          static_cast<int64_t>(part * static_cast<double>(runsOf(movesOf(step, cols_))));
      cost_.copies = std::max(cost_.copies, runs * kShortRunCycles);
      cost_.bytes = std::max(cost_.bytes, 2 * runs * beat());
    }
  }

  const Layer& layer_;
  const Plan& plan_;
  const isa::Machine& machine_;
  const int64_t cols_;
  const int64_t at_once_;
  TaskCost cost_;
  int64_t first_ = 0; ///< bytes without which nothing can be computed
};

} // namespace

void shareWeights(TaskCost& cost, int64_t gang, Gangs gangs, const isa::Machine& machine) {
  const int64_t beat = machine.dram.beat_bytes, step = std::min<int64_t>(beat, machine.row_bytes());
  cost.gang = gang;
  cost.weights = -1, cost.kept = 0; // they come in parts, from several cores
  cost.chain = gangs.count * (cost.early / beat + cost.early / step);
  cost.bytes -= cost.early - cost.early / gangs.cores;
  cost.early /= gangs.cores;
}

TaskCost taskCost(const Layer& layer, const Plan& plan, const isa::Machine& machine,
                  int64_t at_once) {
  return Cost(layer, plan, machine, at_once).of();
}

} // namespace npuforge::tile
