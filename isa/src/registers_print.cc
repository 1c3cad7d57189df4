// The registers as a C header for drivers and as a SystemVerilog package.

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/output.h"
#include "npuforge/isa/registers.h"

#include "sv_print.h"

namespace npuforge::isa {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// interrupt_enable: InterruptEnable.
std::string camel(const std::string& text) {
  std::string out;
  bool start = true;
  for (char c : text) {
    if (c != '_')
      out += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = c == '_';
  }
  return out;
}

/// core0_fetched: fetched.
std::string of_first_core(const std::string& counter) {
  constexpr std::string_view kPrefix = "core0_";
  return counter.starts_with(kPrefix) ? counter.substr(kPrefix.size()) : counter;
}

std::string header(const Spec& spec) {
  const Registers all = registers(spec);
  std::string out = fmt::format(
      "/* Generated from the spec of {} ({}); do not edit.\n"
      " * The control and status registers of the core: offsets in bytes, registers of 32 bits.\n"
      " * Counters have 64 bits, the low half at the offset, the high half 4 bytes behind it. */\n"
      "#pragma once\n\n#define NPU_IDENTIFICATION_VALUE {:#010x}u\n"
      "#define NPU_REGISTERS_BYTES {:#x}u\n\n",
      spec.machine.name, spec.hash, identification(spec), all.bytes);
  for (const Register& one : all.all) {
    out += fmt::format("#define NPU_{} {:#04x}u /* {}: {} */\n", upper(one.name), one.offset,
                       name(one.access), one.meaning);
    for (const RegisterBit& bit : one.bits)
      out += fmt::format("#define NPU_{}_{} (1u << {}) /* {} */\n", upper(one.name),
                         upper(bit.name), bit.bit, bit.meaning);
  }
  out += "\n";
  for (const Counter& counter : all.counters)
    out += fmt::format("#define NPU_COUNTER_{} {:#04x}u /* {} */\n", upper(counter.name),
                       counter.offset, counter.meaning);
  return out;
}

} // namespace

namespace sv {

std::string print_registers(const Spec& spec) {
  const Registers all = registers(spec);
  int bits = 0;
  while ((1u << bits) < all.bytes)
    ++bits;
  std::string out = file_header(spec, "Where the core's control and status registers are.");
  out += fmt::format("/* verilator lint_off UNUSEDPARAM */\npackage npu_registers_pkg;\n  "
                     "localparam int unsigned AddressBits = {};\n"
                     "  localparam logic [31:0] IdentificationValue = 32'h{:08x};\n",
                     bits, identification(spec));
  for (const Register& one : all.all) {
    out += fmt::format("  localparam logic [AddressBits-1:0] {} = {}'h{:x};\n", camel(one.name),
                       bits, one.offset);
    for (const RegisterBit& bit : one.bits)
      out += fmt::format("  localparam int unsigned {}{} = {};\n", camel(one.name), camel(bit.name),
                         bit.bit);
  }
  out += fmt::format("\n  // Counters, from FirstCounter on, 8 bytes each, in this order.\n"
                     "  localparam int unsigned Counters = {};\n"
                     "  localparam logic [AddressBits-1:0] FirstCounter = {}'h{:x};\n"
                     "  // Those of a core, of which the first one's have names here.\n"
                     "  localparam int unsigned CountersPerCore = {};\n",
                     all.counters.size(), bits, all.counters.front().offset, all.per_core);
  const size_t named = all.counters.size() - all.per_core * (spec.machine.cores - 1);
  for (size_t i = 0; i < named; ++i)
    out += fmt::format("  localparam int unsigned Counter{} = {};\n",
                       camel(of_first_core(all.counters[i].name)), i);
  return out + "endpackage\n/* verilator lint_on UNUSEDPARAM */\n";
}

} // namespace sv

void generate_registers(const Spec& spec, const std::filesystem::path& dir) {
  make_directory(dir);
  write_output(dir / "npu_registers.h", header(spec));
}

} // namespace npuforge::isa
