#pragma once
// Which address generator holds what, so that a stream whose shape is already set needs no
// instructions.

#include <list>

#include "mlir/IR/Value.h"

namespace npuforge::npu {

/// A number known to the compiler, or one in a register.
struct Number {
  int64_t constant = 0; ///< added to `value` where there is one
  mlir::Value value;
  bool operator==(const Number&) const = default;
};

struct LevelShape {
  Number count;
  int64_t stride = 0;
  bool window = false;
  Number low, high;
  bool operator==(const LevelShape&) const = default;
};
using Shape = std::vector<LevelShape>;

class Generators {
public:
  explicit Generators(int count) {
    for (int number = 0; number < count; ++number)
      entries_.push_back({number, {}});
  }
  /// The generator to use, and whether it already has the shape.
  std::pair<int, bool> find(const Shape& shape) {
    auto found = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& e) { return e.shape == shape; });
    const bool ready = found != entries_.end();
    if (!ready)
      found = std::prev(entries_.end()); // the one that was not used for the longest time
    found->shape = shape;
    entries_.splice(entries_.begin(), entries_, found);
    return {entries_.front().number, ready};
  }
  /// Control flow joins here: nothing is known any more.
  void forget() {
    for (Entry& entry : entries_)
      entry.shape.clear();
  }

private:
  struct Entry {
    int number;
    Shape shape; ///< empty: unknown
  };
  std::list<Entry> entries_;
};

} // namespace npuforge::npu
