#pragma once
// Whose turn it is among the cores (TIMING.md sections 6 and 7).

namespace npuforge::simulator {

/// The first of the cores after `last`, round and round, that wants something; -1: none.
template <class Wants>
int first_after(int last, int cores, Wants wants) {
  for (int i = 1; i <= cores; ++i)
    if (const int core = (last + i) % cores; wants(core))
      return core;
  return -1;
}

} // namespace npuforge::simulator
