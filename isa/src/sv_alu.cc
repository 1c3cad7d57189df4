// npu_scalar_alu.sv and npu_vector_alu.sv: the meaning of the instructions that are expressions.

#include <stdexcept>

#include <fmt/format.h>

#include "operators.h"
#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

std::string widen(const std::string& call, Type type, int bits) {
  if (type == Type::Bool)
    return fmt::format("{{{}'d0, {}}}", bits - 1, call);
  int have = bits_of(type);
  if (have == bits)
    return call;
  return have < bits ? fmt::format("{}'({})", bits, call) : call;
}

/// Prints functions and the case arms that call them.
struct Printed {
  std::string functions, arms;
};

std::string slice(const std::string& signal, Type type, int bits) {
  return bits_of(type) == bits ? signal : fmt::format("{}[{}:0]", signal, bits_of(type) - 1);
}

void scalar_arm(Printed& unit, const Instruction& instruction, const Layout& layout, int op_bits) {
  const Expr& expr =
      instruction.action == Action::Branch ? *instruction.condition : *instruction.result;
  auto argument = [&](const std::string& name, Type type) {
    for (int k = 0; k < kValues; ++k)
      if (layout.values[k] >= 0 && instruction.operands[layout.values[k]].name == name)
        return slice(fmt::format("value{}_i", k), type, 32);
    throw std::logic_error("no slot for operand " + name);
  };
  PrintedFunction function =
      print_function(fmt::format("scalar{}", layout.scalar_op), expr, argument);
  unit.functions += function.definition;
  unit.arms += fmt::format("      {}'d{}: result_o = {};  // {}\n", op_bits, layout.scalar_op,
                           widen(function.call, expr.type, 32), instruction.mnemonic);
}

class VectorArms {
public:
  VectorArms(const Layouts& layouts) : layouts_(layouts) {}
  Printed unit;

  void add(const Instruction& instruction, const Layout& layout) {
    instruction_ = &instruction;
    layout_ = &layout;
    int op = layout.vector_op;
    std::string body;
    if (instruction.action == Action::Reduce) {
      body += fmt::format("        earlier = first_i ? {} : state_i;\n",
                          call(fmt::format("init{}", op), *instruction.init, "state_i", true));
      body += fmt::format("        state_o = {};\n",
                          call(fmt::format("step{}", op), *instruction.step, "earlier", true));
    }
    body += fmt::format("        result_o = {};\n",
                        call(fmt::format("result{}", op), *instruction.result, "state_o", false));
    unit.arms += fmt::format("      {}'d{}: begin  // {}\n{}      end\n",
                             index_bits(layouts_.vector_ops + 1), op, instruction.mnemonic, body);
  }

private:
  const Layouts& layouts_;
  const Instruction* instruction_ = nullptr;
  const Layout* layout_ = nullptr;

  std::string signal(const std::string& name, Type type, const std::string& state) const {
    if (name == "state")
      return slice(state, type, layouts_.state_bits);
    for (size_t k = 0; k < layout_->lanes.size(); ++k)
      if (instruction_->operands[layout_->lanes[k]].name == name)
        return fmt::format("lanes_i[{}:{}]", 32 * k + bits_of(type) - 1, 32 * k);
    for (int slot : {kStreamA, kStreamB})
      if (layout_->values[slot] >= 0 && instruction_->operands[layout_->values[slot]].name == name)
        return slice(slot == kStreamA ? "a_i" : "b_i", type, 32);
    throw std::logic_error("no slot for operand " + name);
  }

  std::string call(const std::string& name, const Expr& expr, const std::string& state,
                   bool is_state) {
    PrintedFunction function = print_function(
        name, expr, [&](const std::string& text, Type type) { return signal(text, type, state); });
    unit.functions += function.definition;
    return widen(function.call, expr.type, is_state ? layouts_.state_bits : 32);
  }
};

constexpr const char* kVectorPorts = R"(/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off DECLFILENAME */
module npu_vector_alu (
  input  logic [npu_pkg::VectorOpBits-1:0] op_i,
  input  logic first_i,                          // first row of a group
  input  logic [31:0] lane_base_i,               // number of lane 0 in the row
  input  logic [npu_pkg::Lanes*32-1:0] a_i, b_i, // elements of the source rows, in the low bits
  input  logic [npu_pkg::LaneSlots*npu_pkg::Lanes*32-1:0] lanes_i,  // slot k, lane c at (k*Lanes + c)*32
  input  logic [npu_pkg::Lanes*npu_pkg::StateBits-1:0] state_i,
  output logic [npu_pkg::Lanes*npu_pkg::StateBits-1:0] state_o,
  output logic [npu_pkg::Lanes*32-1:0] result_o
);
  for (genvar c = 0; c < npu_pkg::Lanes; c++) begin : gen_lane
    logic [npu_pkg::LaneSlots*32-1:0] lanes;
    for (genvar k = 0; k < npu_pkg::LaneSlots; k++) begin : gen_slot
      assign lanes[k*32 +: 32] = lanes_i[(k*npu_pkg::Lanes + c)*32 +: 32];
    end
    npu_vector_lane u_lane (
      .op_i, .first_i, .a_i(a_i[c*32 +: 32]), .b_i(b_i[c*32 +: 32]), .lanes_i(lanes),
      .state_i(state_i[c*npu_pkg::StateBits +: npu_pkg::StateBits]),
      .state_o(state_o[c*npu_pkg::StateBits +: npu_pkg::StateBits]), .result_o(result_o[c*32 +: 32])
    );
  end
endmodule

module npu_vector_lane (
  input  logic [npu_pkg::VectorOpBits-1:0] op_i,
  input  logic first_i,
  input  logic [31:0] a_i, b_i,
  input  logic [npu_pkg::LaneSlots*32-1:0] lanes_i,
  input  logic [npu_pkg::StateBits-1:0] state_i,
  output logic [npu_pkg::StateBits-1:0] state_o,
  output logic [31:0] result_o
);
)";

} // namespace

std::string print_scalar_alu(const Spec& spec, const Layouts& layouts) {
  Printed unit;
  for (size_t i = 0; i < spec.instructions.size(); ++i)
    if (layouts.of[i].scalar_op)
      scalar_arm(unit, spec.instructions[i], layouts.of[i], index_bits(layouts.scalar_ops + 1));
  return file_header(spec, "Scalar results and branch conditions (bit 0): combinational, by the "
                           "decoder's scalar_op.") +
         R"(/* verilator lint_off UNUSEDSIGNAL */
module npu_scalar_alu (
  input  logic [npu_pkg::ScalarOpBits-1:0] op_i,
  input  logic [31:0] value0_i, value1_i, value2_i, value3_i,
  output logic [31:0] result_o
);
)" + (unit.functions.find("round_shift(") == std::string::npos ? "" : round_shift_function()) +
         unit.functions + "  always_comb begin\n    case (op_i)\n" + unit.arms +
         R"(      default: result_o = '0;
    endcase
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
)";
}

std::string print_vector_alu(const Spec& spec, const Layouts& layouts) {
  VectorArms arms(layouts);
  for (size_t i = 0; i < spec.instructions.size(); ++i)
    if (layouts.of[i].vector_op)
      arms.add(spec.instructions[i], layouts.of[i]);
  return file_header(spec, "The lanes of the vector unit: combinational, by the decoder's "
                           "vector_op. A reduction's result is that of the state after this row.") +
         kVectorPorts + round_shift_function() + arms.unit.functions +
         "  logic [npu_pkg::StateBits-1:0] earlier;\n"
         "  always_comb begin\n    earlier = '0;\n    state_o = '0;\n    result_o = '0;\n    case "
         "(op_i)\n" +
         arms.unit.arms + R"(      default: result_o = '0;
    endcase
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
)";
}

} // namespace npuforge::isa::sv
