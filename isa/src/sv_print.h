#pragma once
// The texts of the generated files.

#include <string>

#include "sv_layout.h"

namespace npuforge::isa::sv {

std::string print_package(const Spec& spec, const Layouts& layouts);
/// The structs of the package.
std::string print_types();
std::string print_registers(const Spec& spec);
std::string print_decoder(const Spec& spec, const Layouts& layouts);
std::string print_scalar_alu(const Spec& spec, const Layouts& layouts);
std::string print_vector_alu(const Spec& spec, const Layouts& layouts);

/// First lines of a generated file: what it is and which spec it was made from.
std::string file_header(const Spec& spec, const std::string& what);

} // namespace npuforge::isa::sv
