#pragma once
// Operations over words, compiled for npu16 and run on the simulator, against the reference
// interpreter of tensors.

#include <cstdint>
#include <string>
#include <vector>

namespace npuforge::test {

using Extents = std::vector<int64_t>;

/// A tensor of "f32" or "i32". What stands in it: integers below `below` (i32), reals drawn from
/// [-2, 2] (f32).
struct WordsTensor {
  Extents extents;
  std::string type = "f32";
  int32_t below = 1;
};

struct WordsCase {
  std::string name, operation; ///< from "graph." to its attributes
  std::vector<WordsTensor> operands;
  WordsTensor result;
  /// Of more than one operation: what makes %y of %x0, %x1, ..; there is no `operation` then.
  std::string body{};
};

void PrintTo(const WordsCase& c, std::ostream* stream);
/// As they are, and in parts. Integers must be equal, floats within what the order of a sum may
/// change.
void checkWords(const WordsCase& c);

} // namespace npuforge::test
