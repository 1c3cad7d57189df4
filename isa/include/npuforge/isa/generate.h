#pragma once
// SystemVerilog of a spec: the parts of the RTL that know sizes, encodings and meanings of instructions.

#include <filesystem>
#include <stdexcept>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// The spec is legal, but asks for something that the RTL cannot be; what() names the instruction and the reason.
class GenerateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes npu_pkg.sv, npu_decode.sv, npu_scalar_alu.sv and npu_vector_alu.sv into `dir` (made if missing). A file whose
/// contents would not change is left alone, others are replaced whole. Throws GenerateError and std::filesystem errors.
void generate_systemverilog(const Spec& spec, const std::filesystem::path& dir);

}  // namespace npuforge::isa
