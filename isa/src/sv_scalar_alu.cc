// npu_scalar_alu.sv: the meaning of the scalar instructions and the conditions of branches. Every
// instruction has its own operations, also of floating point: the scalar unit is small.

#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "sv_function.h"
#include "sv_helpers.h"
#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

constexpr const char* kPorts = R"(// A spec may compare with what its types never reach.
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off CMPCONST */
/* verilator lint_off UNSIGNED */
module npu_scalar_alu (
  input  logic [npu_pkg::ScalarOpBits-1:0] op_i,
  input  logic [31:0] value0_i, value1_i, value2_i, value3_i,
  output logic [31:0] result_o
);
)";

struct Printed {
  std::string functions, arms;
  std::set<std::string> tables;

  void add(const Instruction& instruction, const Layout& layout, int op_bits) {
    const ExprPtr& expr =
        instruction.action == Action::Branch ? instruction.condition : instruction.result;
    Graph graph;
    const int root = graph.add(expr);
    for (int id : graph.reachable({root}))
      if (const Table* table = graph[id].table.get(); table && tables.insert(table->name).second)
        functions += table_function(*table);
    auto leaf = [&](int id) -> std::optional<Leaf> {
      if (graph[id].op != Op::Name)
        return std::nullopt;
      return Leaf{signal(instruction, layout, graph[id]), graph[id].text};
    };
    PrintedFunction function =
        print_function(fmt::format("op{}_result", layout.scalar_op), graph, root, leaf);
    functions += fmt::format("  // {}\n", instruction.mnemonic) +
                 expression_comment("  result", expr) + function.definition;
    arms += fmt::format("      {}'d{}: result_o = {};  // {}\n", op_bits, layout.scalar_op,
                        widen(function.call, expr->type), instruction.mnemonic);
  }

private:
  static std::string signal(const Instruction& instruction, const Layout& layout,
                            const Node& node) {
    for (int k = 0; k < kValues; ++k)
      if (layout.values[k] >= 0 && instruction.operands[layout.values[k]].name == node.text)
        return fmt::format(
            "value{}_i{}", k,
            bits_of(node.type) == 32 ? "" : fmt::format("[{}:0]", bits_of(node.type) - 1));
    throw std::logic_error("no slot for operand " + node.text);
  }

  static std::string widen(const std::string& call, Type type) {
    if (type == Type::Bool)
      return fmt::format("{{31'd0, {}}}", call);
    return bits_of(type) < 32   ? fmt::format("32'({})", call)
           : bits_of(type) > 32 ? fmt::format("32'({})", call)
                                : call;
  }
};

} // namespace

std::string print_scalar_alu(const Spec& spec, const Layouts& layouts) {
  Printed unit;
  for (std::size_t i = 0; i < spec.instructions.size(); ++i)
    if (layouts.of[i].scalar_op)
      unit.add(spec.instructions[i], layouts.of[i], index_bits(layouts.scalar_ops + 1));
  return file_header(spec, "Scalar results and branch conditions (bit 0): combinational, by the "
                           "decoder's scalar_op.") +
         kPorts + helper_functions(unit.functions) + unit.functions +
         "  always_comb begin\n    case (op_i)\n" + unit.arms +
         "      default: result_o = '0;\n    endcase\n  end\nendmodule\n"
         "/* verilator lint_on UNSIGNED */\n/* verilator lint_on CMPCONST */\n"
         "/* verilator lint_on UNUSEDSIGNAL */\n";
}

} // namespace npuforge::isa::sv
