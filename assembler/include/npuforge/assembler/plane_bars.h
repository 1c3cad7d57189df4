#pragma once
// What cores do when, as text and as a picture: predicted by the compiler, or seen in the
// simulator.

#include <cstdint>
#include <string>
#include <vector>

namespace npuforge::assembler {

/// A task of a core, in cycles from the program's beginning.
struct PlaneBar {
  int core;
  std::string name; ///< of the layer; of a part with "@" and the core's number
  int64_t begin, end;
  std::vector<int64_t> waits = {}; ///< cores that it waits for before it loads its inputs
};

/// A line for each task, core by core.
std::string plane_text(const std::vector<PlaneBar>& bars);

/// An SVG: a lane for each core, time from left to right; tasks of one layer have one colour, and
/// pointing at one shows its name and cycles. `title` stands above.
std::string plane_svg(const std::vector<PlaneBar>& bars, const std::string& title);

} // namespace npuforge::assembler
