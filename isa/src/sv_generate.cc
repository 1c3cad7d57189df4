#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/output.h"

#include "sv_print.h"

namespace npuforge::isa {
namespace sv {

std::string file_header(const Spec& spec, const std::string& what) {
  return fmt::format("// Generated from the spec of {} ({}); do not edit.\n// {}\n\n",
                     spec.machine.name, spec.hash, what);
}

} // namespace sv

std::string missing_in_rtl(const Instruction& instruction) {
  const bool array =
      instruction.action == Action::Preload || instruction.action == Action::Multiply;
  const Operand* source = array ? instruction.find("src") : nullptr;
  return source && source->type != Type::I8
             ? fmt::format("the RTL's array multiplies i8 alone, not {}", name(source->type))
             : "";
}

void generate_systemverilog(const Spec& spec, const std::filesystem::path& dir) {
  sv::Layouts layouts = sv::lay_out(spec);
  make_directory(dir);
  write_output(dir / "npu_pkg.sv", sv::print_package(spec, layouts));
  write_output(dir / "npu_decode.sv", sv::print_decoder(spec, layouts));
  write_output(dir / "npu_scalar_alu.sv", sv::print_scalar_alu(spec, layouts));
  write_output(dir / "npu_vector_alu.sv", sv::print_vector_alu(spec, layouts));
}

} // namespace npuforge::isa
