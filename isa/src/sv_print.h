#pragma once
// The texts of the generated files, and the printer of expressions that they share.

#include <functional>
#include <string>

#include "sv_layout.h"

namespace npuforge::isa::sv {

/// A function `name` of the expression's value. `argument` gives the caller's signal for a name of
/// the expression, with the width of its type; it is called once for each name. `call` is the text
/// of a call with those signals.
struct PrintedFunction {
  std::string definition, call;
};
PrintedFunction
print_function(const std::string& name, const Expr& expr,
               const std::function<std::string(const std::string&, Type)>& argument);
/// The rounding shift that the functions call.
std::string round_shift_function();

std::string print_package(const Spec& spec, const Layouts& layouts);
std::string print_decoder(const Spec& spec, const Layouts& layouts);
std::string print_scalar_alu(const Spec& spec, const Layouts& layouts);
std::string print_vector_alu(const Spec& spec, const Layouts& layouts);

/// First lines of a generated file: what it is and which spec it was made from.
std::string file_header(const Spec& spec, const std::string& what);

} // namespace npuforge::isa::sv
