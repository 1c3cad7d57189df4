#pragma once
// What maps can be the last steps of: layers over words that leave their results in the
// accumulator, a row for each pixel and block of channels.

#include "words/epilogue.h"

namespace npuforge::tile {

/// How the results lie in DRAM, in elements.
struct ResultPitches {
  int64_t pixel;     ///< from pixel to pixel
  int64_t slice = 0; ///< from slice to slice where they lie one behind the other; 0: there is one
};
/// None, with an error, if the back end does not know the operation.
mlir::FailureOr<ResultPitches> pitchesOf(mlir::Operation& producer);

/// A producer with an epilogue: its plan as an attribute, rows of the accumulator that results of a
/// whole and of the smallest tile take; or why there is none.
struct ProducerPlan {
  mlir::Attribute plan;
  int64_t rows, fewest_rows;
};
std::variant<ProducerPlan, std::string>
planProducer(mlir::Operation& producer, const EpilogueNeeds& needs, const isa::Machine& machine);

} // namespace npuforge::tile
