#include "layout.h"

namespace npuforge::simulator {

int64_t element_count(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

Blocks blocks(const std::vector<int64_t>& shape) {
  // A leading 1 is the batch, unless it is all there is.
  size_t channel = shape.size() > 1 && shape[0] == 1 ? 1 : 0;
  Blocks b;
  for (size_t d = channel; d < shape.size(); ++d)
    (d == channel ? b.channels : b.positions) *= shape[d];
  return b;
}

} // namespace npuforge::simulator
