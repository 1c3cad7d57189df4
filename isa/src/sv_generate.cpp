#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "npuforge/isa/generate.h"
#include "sv_print.h"

namespace npuforge::isa {
namespace sv {

std::string file_header(const Spec& spec, const std::string& what) {
  return fmt::format("// Generated from the spec of {} ({}); do not edit.\n// {}\n\n", spec.machine.name, spec.hash, what);
}

}  // namespace sv

namespace {

/// Replaces the file whole, and only if the contents differ, so that builds that depend on it stay quiet.
void write_file(const std::filesystem::path& file, const std::string& text) {
  if (std::ifstream old(file, std::ios::binary); old) {
    std::string contents{std::istreambuf_iterator<char>(old), {}};
    if (contents == text)
      return;
  }
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  std::ofstream out(temporary, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw std::filesystem::filesystem_error("cannot write", temporary, std::make_error_code(std::errc::io_error));
  std::filesystem::rename(temporary, file);
}

}  // namespace

void generate_systemverilog(const Spec& spec, const std::filesystem::path& dir) {
  sv::Layouts layouts = sv::lay_out(spec);
  std::filesystem::create_directories(dir);
  write_file(dir / "npu_pkg.sv", sv::print_package(spec, layouts));
  write_file(dir / "npu_decode.sv", sv::print_decoder(spec, layouts));
  write_file(dir / "npu_scalar_alu.sv", sv::print_scalar_alu(spec, layouts));
  write_file(dir / "npu_vector_alu.sv", sv::print_vector_alu(spec, layouts));
}

}  // namespace npuforge::isa
