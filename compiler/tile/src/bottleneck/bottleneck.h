#pragma once
// The code of one inverted bottleneck, or of one without its expansion.

#include "blocks/depthwise_rows.h"
#include "blocks/quantised_maps.h"
#include "bottleneck/plan.h"
#include "session.h"

namespace npuforge::tile {

/// Steps over all bands and, inside, blocks of hidden channels. In step g the vector unit filters
/// block g and requantises block g + 1 of the hidden tensor, while the array takes its share of
/// filtering block g, expands block g + 1 and adds block g - 1 to the projection's sums:
///
///     array   share(g)   expand(g + 1)   project(g - 1)      expand(g + 1), further pieces
///     vector  filter(g)  share(g)        requantise(g + 1)   [finish the band before]
///
/// Of the pieces that the expansion makes two are in the accumulators at once: the others have to
/// wait for the vector unit, so the projection comes before them.
///
/// Without an expansion block g + 1 of the hidden tensor is loaded:
///
///     array   share(g)   project(g - 1)
///     vector  filter(g)  share(g)       [finish the band before]
///
/// What one of the units has made in step g - 1 is there when the array begins step g: it waits for
/// the vector unit once a step, and once a band for the sums to be free.
class BottleneckCode : public LayerCode {
public:
  BottleneckCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan);
  void begin() override;
  void run() override;

private:
  using Value = mlir::Value;
  struct Band {
    Value index;
    Value first, rows;  ///< result rows
    Value begin, count; ///< input rows
    Value above;        ///< hidden rows of padding above them
  };
  /// A block of hidden channels in a band.
  struct Step {
    Value band, block;
    Value index; ///< counts all of the layer
  };
  struct Rows {
    Value first, count; ///< hidden rows
  };
  /// Hidden rows [first, first + most) that one of the units reads.
  struct Region {
    Value buffer;
    int64_t first, most;
  };

  // There are fewer of them than numbers: those behind a band's last step take the place of others.
  enum Lane {
    kBias, ///< of the expansion; in finish() of the projection
    kMultiplier,
    kShift,
    kFilterBias,
    kFilterMultiplier,
    kFilterShift,
    kZero, ///< of the expansion; in finish() of the projection
    kLow,
    kHigh,
    kFilterZero,
    kFilterLow,
    kFilterHigh,
    kFill,
    kSumHigh,
    kSumZeroA = kFilterBias, ///< in finish()
    kSumMultiplierA = kFilterMultiplier,
    kSumZeroB = kFilterShift,
    kSumMultiplierB = kFilterZero,
    kSumShift = kFilterLow,
    kSumZero = kFilterHigh,
    kSumLow = kFill
  };
  static constexpr SumLanes kSumLanes{kSumZeroA, kSumMultiplierA, kSumZeroB, kSumMultiplierB,
                                      kSumShift, kSumZero,        kSumLow,   kSumHigh};

  // bottleneck.cc: order
  void prologue();
  void setLanes();
  void fillPadding();
  void step(const Step& step);
  void multiply(const Step& step, const Step& next);
  void multiplyHidden(const Step& step);
  void end();
  Step after(const Step& step);
  Step before(const Step& step);
  Band band(Value index);
  llvm::SmallVector<Region> regions();
  Value isZero(Value number); ///< 1 or 0, as the others
  Value isOne(Value number);
  Value both(Value a, Value b);

  // load.cc
  std::vector<int8_t> packWeights() const;
  std::vector<int8_t> packParams() const;
  int8_t filterWeight(int64_t block, int64_t tap, int64_t lane) const;
  void appendTile(std::vector<int8_t>& bytes, const Layer& conv, int64_t in, int64_t out) const;
  void loadWeights(Value group, Value block);
  void loadParams(const Step& step);
  void loadInput(Value index);
  void loadHidden(const Step& step);
  void loadSecond(Value index);
  void loadLast();
  Value weightSlot(Value group);
  Value paramSlot(Value index);
  Value inputSlot(Value index);
  int64_t lastPlace() const;

  // steps.cc
  void filter(const Step& step);
  void share(const Step& step);
  void expandFirst(const Step& step);
  void expandRest(const Step& step);
  void expandPieces(const Step& step, int64_t first, int64_t end);
  void expandPiece(const Step& step, int64_t piece, const Rows& rows);
  void requantisePiece(const Step& step, int64_t piece, const Rows& rows);
  void requantiseRegion(const Region& region, const Step& step, int64_t source, const Rows& rows);
  void fillEdges(const Step& step);
  void fillRows(const Region& region, const Step& step, int64_t first, int64_t end);
  void project(const Step& step);
  void preload(Value group, Value tile, int64_t offset);
  void tiles(int64_t count, const std::function<void(Value)>& body);
  void loadLanes(Value buffer, Value base, int64_t offset, int64_t lane);
  Value denseSlot(Value index);
  Value hiddenSlot(const Region& region, Value index);

  // finish.cc
  void finish(Value index);
  void setLastLanes();
  void addSecond(const Band& band, Value block, Value rows, Value pixels);
  void store(const Band& band, Value block, Value slot, Value pixels);

  bool divided() const { return plan.array_rows > 0; }
  bool rolling() const { return t.bands > 1; }
  int64_t steps() const { return t.bands * t.hidden_blocks; }
  /// Of weights: an expansion needs one before the first step.
  int64_t firstGroup() const { return expansion ? 0 : 1; }

  Emit& e;
  Session& s;
  const Layer& layer;
  const Layer* const expansion; ///< null: the hidden tensor is the layer's input
  const Layer& depthwise;
  const Window& w;
  const Plan& plan;
  const BottleneckTiles t;
  const Footprint f;                        ///< of the depthwise convolution
  std::optional<DepthwiseRows> hidden_rows; ///< without an expansion
  const BottleneckPlaces places;
  const int64_t cols, taps;
  const int64_t first_weights, first_params; ///< loaded by the layers before
  bool begun = false;
  Tensor weights_data, params_data, last_data; ///< last_data: the projection's parameters
  Value input, upper, lower, dense, weights, params, output, accumulators, input_dram, output_dram;
};

} // namespace npuforge::tile
