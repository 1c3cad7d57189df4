#pragma once
// The matrix unit: rows of activations through the active weight set into accumulator rows.

#include "core.h"

namespace npuforge::simulator {

class Matrix : public sc_core::sc_module {
public:
  Matrix(sc_core::sc_module_name name, Core& core);
  void issue(Job& job);

private:
  void multiply_integers(const Job& job);
  void multiply_floats(const Job& job);

  Core& core_;
  std::vector<int64_t> from_, to_;
  std::vector<int8_t> fill_;
};

} // namespace npuforge::simulator
