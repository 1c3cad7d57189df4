#pragma once
// Loads of what a depthwise convolution reads.

#include "session.h"

namespace npuforge::tile {

/// Input rows under result rows, laid out as reduceFootprint() says: the columns of padding are
/// there already, and so are the rows of padding unless there are several bands, whose rows take
/// their place.
class DepthwiseRows {
public:
  /// All of them must outlive this.
  DepthwiseRows(Emit& emit, Session& session, const Layer& depthwise, const Footprint& footprint);

  /// Those under result rows [first, first + count) of a block of channels, to `place` of `buffer`.
  /// Adds no tokens.
  void load(mlir::Value buffer, mlir::Value place, mlir::Value block, mlir::Value first,
            mlir::Value count);

private:
  void loadPadding(mlir::Value buffer, mlir::Value place, mlir::Value rows);

  Emit& e;
  Session& s;
  const Layer& layer;
  const Footprint& f;
  const bool refills; ///< input rows of other bands overwrite rows of padding
  Tensor padding;     ///< a row of it
};

} // namespace npuforge::tile
