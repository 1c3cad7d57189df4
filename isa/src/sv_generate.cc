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

void generate_systemverilog(const Spec& spec, const std::filesystem::path& dir) {
  sv::Layouts layouts = sv::lay_out(spec);
  make_directory(dir);
  write_output(dir / "npu_pkg.sv", sv::print_package(spec, layouts));
  write_output(dir / "npu_registers_pkg.sv", sv::print_registers(spec));
  write_output(dir / "npu_decode.sv", sv::print_decoder(spec, layouts));
  write_output(dir / "npu_scalar_alu.sv", sv::print_scalar_alu(spec, layouts));
  write_output(dir / "npu_vector_alu.sv", sv::print_vector_alu(spec, layouts));
}

} // namespace npuforge::isa
