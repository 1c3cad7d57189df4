// Tensors in .npy files, and their way into and out of the device's memory.
#include <bit>

#include "npuforge/simulator/loader.h"

#include "fuzz.h"

namespace npuforge {
namespace {

using simulator::Tensor;

/// A program with one port of the tensor's shape, as input and output.
assembler::Program program_for(const Tensor& tensor, const isa::Spec& spec, bool blocked,
                               bool is_unsigned) {
  assembler::Program program;
  program.text.emplace_back();
  assembler::Port port;
  port.name = "x";
  port.type = tensor.type;
  port.shape = tensor.shape;
  port.layout = blocked ? "blocked" : "plain";
  port.quantisation = {.scale = 0.25, .zero_point = 3, .type = is_unsigned ? "u8" : "i8"};
  port.address = static_cast<uint64_t>(spec.machine.sequencer.line_bytes);
  port.bytes = assembler::port_bytes(port, spec);
  program.inputs = program.outputs = {port};
  return program;
}

void check_ports(const Tensor& tensor, const isa::Spec& spec) {
  static simulator::DramData dram(spec.machine.dram.bytes);
  for (bool blocked : {false, true})
    for (bool is_unsigned : {false, true}) {
      assembler::Program program = program_for(tensor, spec, blocked, is_unsigned);
      if (!assembler::problems(program, spec).empty())
        continue;
      simulator::write_input(program, spec.machine, "x", tensor, dram);
      Tensor back = simulator::read_output(program, spec.machine, "x", dram);
      fuzz::require(back.shape == tensor.shape && back.type == tensor.type &&
                        back.data.size() == tensor.data.size(),
                    "an output has the shape and type of its port");
      if (tensor.type != "f32")
        fuzz::require(back.data == tensor.data, "integers pass the device unchanged");
    }
}

} // namespace
} // namespace npuforge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  fuzz::MemoryFile file(data, size);
  Tensor tensor;
  try {
    tensor = simulator::read_npy(file.path());
  } catch (const simulator::TensorError&) {
    return 0;
  }
  std::filesystem::path copy = fuzz::scratch_directory() / "copy.npy";
  simulator::write_npy(tensor, copy);
  Tensor again = simulator::read_npy(copy);
  fuzz::require(again.type == tensor.type && again.shape == tensor.shape &&
                    again.data == tensor.data,
                "read(write(tensor)) == tensor");
  check_ports(tensor, fuzz::machines().front());
  return 0;
}
