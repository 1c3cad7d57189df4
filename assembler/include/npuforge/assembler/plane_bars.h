#pragma once
// What cores do when, as text, as a picture and as data: predicted by the compiler, or seen in the
// simulator, or both side by side.

#include <cstdint>
#include <filesystem>
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

/// A line for each task, core by core. With `predicted` each also has the cycles that were expected
/// of the task of that name on that core.
std::string plane_text(const std::vector<PlaneBar>& bars,
                       const std::vector<PlaneBar>& predicted = {});

/// An SVG: a lane for each core, time from left to right; tasks of one layer have one colour, and
/// pointing at one shows its name and cycles. `title` stands above. With `predicted` the upper half
/// of each lane is what was expected.
std::string plane_svg(const std::vector<PlaneBar>& bars, const std::string& title,
                      const std::vector<PlaneBar>& predicted = {});

/// [{"core": 0, "task": "conv@0", "begin": 0, "end": 100, "waits": [1]}, ..]
std::string plane_json(const std::vector<PlaneBar>& bars);

/// Reads what plane_json() made. Throws isa::FileError; ProgramError, with the file and the task's
/// place in the list, where it is none.
std::vector<PlaneBar> read_plane(const std::filesystem::path& file);

} // namespace npuforge::assembler
