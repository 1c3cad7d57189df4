// Compiled together with a Verilated npu_vector_alu into a shared library.
#include "alu_model.h"

#include <cstring>

#include "Vnpu_vector_alu.h"

namespace {
template <class Port>
void set(Port& port, const void* from) {
  std::memcpy(&port, from, sizeof port);
}
} // namespace

extern "C" __attribute__((visibility("default"))) void
npu_alu_run(const npuforge::AluPorts& ports) {
  static Vnpu_vector_alu model;
  model.op_i = ports.op;
  model.first_i = ports.first;
  model.lane_base_i = 0;
  set(model.a_i, ports.a);
  set(model.b_i, ports.b);
  set(model.lanes_i, ports.lanes);
  set(model.state_i, ports.state);
  model.eval();
  std::memcpy(ports.state_out, &model.state_o, sizeof model.state_o);
  std::memcpy(ports.result, &model.result_o, sizeof model.result_o);
}
