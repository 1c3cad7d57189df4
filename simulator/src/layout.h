#pragma once
// Where each element of a network tensor lies on the device.

#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/machine.h"

namespace npuforge::simulator {

/// Extents of a tensor [1, C, ...] seen as channels x positions; of others, the first is the
/// channels.
struct Blocks {
  int64_t channels = 1, positions = 1;
};

/// Number of elements; every extent is positive in a program that was read from a file.
int64_t element_count(const std::vector<int64_t>& shape);
Blocks blocks(const std::vector<int64_t>& shape);

/// Calls f(element, offset) for every element in row-major order; `offset` is in bytes from the
/// port's address.
template <typename F>
void for_each_element(const assembler::Port& port, const isa::Machine& machine, F&& f) {
  const int64_t size = assembler::element_bytes(port);
  if (port.layout != "blocked") {
    for (int64_t i = 0, n = element_count(port.shape); i < n; ++i)
      f(i, i * size);
    return;
  }
  auto [channels, positions] = blocks(port.shape);
  const int64_t cols = machine.row_bytes();
  for (int64_t c = 0, i = 0; c < channels; ++c)
    for (int64_t p = 0; p < positions; ++p, ++i)
      f(i, ((c / cols * positions + p) * cols + c % cols) * size);
}

} // namespace npuforge::simulator
