#pragma once
// Address generators, the streams that instructions walk with them, and what a program may not do
// with either (TIMING.md section 2).

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

inline constexpr int kMaxLevels = 8;
inline constexpr int kMaxStreams = 4; ///< of an instruction

struct Level {
  int32_t count = 1, stride = 0, low = 0, high = 1;
  bool operator==(const Level&) const = default;
};

/// Level 0 is the fastest. Levels that the machine does not have keep a count of one.
using Generator = std::array<Level, kMaxLevels>;

/// A generator with a base, as copied into the queue: rows of a memory.
struct Stream {
  Space space = Space::Scratchpad;
  Access access = Access::Read;
  bool windowed = false; ///< rows outside the window have a fill value
  uint32_t base = 0;     ///< bytes; accumulator: rows
  int32_t levels = 0;    ///< levels of the machine
  int64_t steps = 1;     ///< rows
  int64_t unit = 1;      ///< bytes (accumulator: rows) touched from each row's address on
  bool empty = false;    ///< every row is outside
  int64_t first = 0;     ///< first byte (row) touched
  int64_t last = 0;      ///< last byte (row) touched
  Generator generator;
};

/// Sets steps, empty, first and last from the generator. Returns what is wrong with it, or null.
const char* measure(Stream& stream, int64_t memory_size);

/// The indices of a level that are inside its window, if that counts: [first, second).
std::pair<int64_t, int64_t> inside(const Level& level, bool windowed);

/// Address of every row in order; kOutside for rows outside the window.
inline constexpr int64_t kOutside = -1;
void expand(const Stream& stream, std::vector<int64_t>& addresses);

/// Pieces of memory touched, merged where they meet, sorted; [first, second).
std::vector<std::pair<int64_t, int64_t>> pieces(const Stream& stream);

/// First and last bank of a stream in the scratchpad or the accumulator; last < first when it
/// touches none.
std::pair<int, int> banks(const Machine& machine, const Stream& stream);

/// Does a stream that writes rows touch one that the same vector instruction reads in another way
/// than TIMING.md section 2 allows? Returns what is wrong, or null.
const char* overlap_within(const Stream& destination, const Stream& source);

/// What all words of an instruction say of one of its streams.
struct StreamPlan {
  int operand;
  Space space;
  Access access;
  Type type;
  bool byte_aligned;
  int fill;  ///< operand, -1: none
  int beats; ///< rows of its memory that one of its rows is long
};
std::vector<StreamPlan> stream_plans(const Machine& machine, const Instruction& instruction);

/// The streams of an instruction, of which `base` and `generator` are set: sets the rest. `values`:
/// of each operand that is a number. Returns what the program may not do, or nothing.
std::string resolve_streams(const Machine& machine, const Instruction& instruction,
                            std::span<const StreamPlan> plans, std::span<const int32_t> values,
                            std::span<Stream> streams);

/// Is the mask of a copy from core `core` one of other cores? Returns what is wrong, or nothing.
std::string wrong_cores(const Machine& machine, uint32_t mask, int core);

/// Rows of a group of a reduction whose streams are resolved: of `levels` generator levels.
int64_t group_rows(std::span<const Stream> streams, int levels);

} // namespace npuforge::isa
