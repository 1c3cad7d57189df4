#pragma once
// Network tensors <-> the device's bytes: .npy files, quantisation at the interface, layouts.

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/simulator/dram.h"

namespace npuforge::simulator {

/// A dense row-major tensor; `type` is one of "f32", "f64", "f16", "bf16", "bool", "i8" to "i64",
/// "u8" to "u64". bf16 is raw pairs of bytes in a file.
struct Tensor {
  std::string type;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;
};

class TensorError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

Tensor read_npy(const std::filesystem::path& file); ///< throws TensorError
void write_npy(const Tensor& tensor,
               const std::filesystem::path& file); ///< whole or not at all; throws TensorError

/// "1x3x32x32", as all programs write shapes; "scalar" if it has no extents.
std::string shape_text(std::span<const int64_t> shape);

/// Checks type and shape against the port, quantises f32 (half to even, saturating) or makes words
/// of the elements, lays them out and writes them to DRAM. Throws TensorError, also for an integer
/// that the device's word cannot hold. An f64 is rounded to f32, beyond its range to an infinity:
/// then the result is a note that tells the user so; else it is empty.
std::string write_input(const assembler::Program& program, const isa::Machine& machine,
                        const std::string& name, const Tensor& tensor, DramData& dram);
/// Reads an output from DRAM, dequantised or converted to the network's type.
Tensor read_output(const assembler::Program& program, const isa::Machine& machine,
                   const std::string& name, const DramData& dram);

} // namespace npuforge::simulator
