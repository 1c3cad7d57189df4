#pragma once
// What is generated from a spec. Every function makes `dir` if it is missing, leaves files alone
// whose contents would not change, and replaces others whole.

#include <filesystem>
#include <stdexcept>
#include <string>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// The spec is legal, but asks for something that the RTL cannot be; what() names the instruction
/// and the reason.
class GenerateError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Writes npu_pkg.sv, npu_registers_pkg.sv, npu_decode.sv, npu_scalar_alu.sv and npu_vector_alu.sv
/// into `dir` (made if missing). A file whose contents would not change is left alone, others are
/// replaced whole. Throws GenerateError and std::runtime_error.
void generate_systemverilog(const Spec& spec, const std::filesystem::path& dir);

/// Writes MACHINE.h: enumerations, sizes, a struct an instruction, constexpr encode and decode, in
/// C++17 without dependencies. Throws std::runtime_error.
void generate_cpp(const Spec& spec, const std::filesystem::path& dir);

/// Writes npu_registers.h: the control and status registers for a driver in C. Throws
/// std::runtime_error.
void generate_registers(const Spec& spec, const std::filesystem::path& dir);

/// Writes the manual, MACHINE.md and MACHINE.html. Throws std::runtime_error.
void generate_manual(const Spec& spec, const std::filesystem::path& dir);

/// Writes syntax highlighting of assembly: `dir` becomes an extension of VS Code and a plugin of
/// Vim. Throws std::runtime_error.
void generate_highlight(const Spec& spec, const std::filesystem::path& dir);

} // namespace npuforge::isa
