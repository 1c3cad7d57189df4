// The loader of program files. What it accepts disassembles, reassembles, and takes inputs.
#include "npuforge/simulator/loader.h"

#include "fuzz.h"

namespace npuforge {
namespace {

simulator::DramData& dram() {
  static simulator::DramData data(fuzz::machines().front().machine.dram.bytes);
  return data;
}

/// Zeros through every port that is small enough to be worth it.
void use_ports(const assembler::Program& program, const isa::Spec& spec) {
  constexpr uint64_t kLargest = 1 << 16;
  for (const assembler::Port& port : program.inputs) {
    if (assembler::port_bytes(port, spec) > kLargest)
      continue;
    size_t bytes = port.type == "f32" ? 4 : 1;
    for (int64_t extent : port.shape)
      bytes *= static_cast<size_t>(extent);
    simulator::write_input(program, spec.machine, port.name,
                           {port.type, port.shape, std::vector<std::byte>(bytes)}, dram());
  }
  for (const assembler::Port& port : program.outputs)
    if (assembler::port_bytes(port, spec) <= kLargest)
      simulator::read_output(program, spec.machine, port.name, dram());
}

} // namespace
} // namespace npuforge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  fuzz::MemoryFile file(data, size);
  try {
    const isa::Spec& spec = fuzz::machine_named(assembler::read_machine_name(file.path()));
    assembler::Program program = assembler::read_program(file.path(), spec);
    fuzz::require_round_trip(spec, program);
    use_ports(program, spec);
  } catch (const assembler::ProgramError& error) {
    // Its own text must be accepted.
    fuzz::require(std::string_view(error.what()).starts_with(file.path().string()), error.what());
  }
  return 0;
}
