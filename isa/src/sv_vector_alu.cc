// npu_vector_alu.sv: the meaning of the vector instructions, for all lanes. What instructions share
// (floating point, reductions over the lanes) are units that stand in one row: each takes operands
// from those before it, selected by the instruction.

#include <set>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"

#include "sv_function.h"
#include "sv_helpers.h"
#include "sv_pool.h"
#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

constexpr const char* kLanes = "for (int unsigned c = 0; c < npu_pkg::Lanes; c++)";
// Names that no operand can have.
constexpr const char* kFirst = ".first";
constexpr const char* kState = ".state";

/// One instruction's graph. A reduction's result is a function of the state after the row.
struct VectorOp {
  const Instruction* instruction;
  const Layout* layout;
  Graph graph;
  int state = -1, result = -1;
  std::vector<int> nodes;
  std::string functions; ///< as far as they are printed

  VectorOp(const Instruction& instruction, const Layout& layout)
      : instruction(&instruction), layout(&layout) {
    if (instruction.action == Action::Reduce) {
      const Type type = instruction.step->type;
      const int first = graph.add_node({Op::Name, Type::Bool, {}, 0, kFirst, {}});
      const int before = graph.add_node({Op::Name, type, {}, 0, kState, {}});
      const int init = graph.add(instruction.init);
      const int earlier = graph.add_node({Op::Select, type, {first, init, before}, 0, {}, {}});
      state = graph.add(instruction.step, {{"state", earlier}});
      result = graph.add(instruction.result, {{"state", state}});
      nodes = graph.reachable({state, result});
    } else {
      result = graph.add(instruction.result);
      nodes = graph.reachable({result});
    }
  }

  int number() const { return layout->vector_op; }
};

class VectorAlu {
public:
  VectorAlu(const Spec& spec, const Layouts& layouts) : spec_(spec), layouts_(layouts) {
    for (std::size_t i = 0; i < spec.instructions.size(); ++i)
      if (layouts.of[i].vector_op)
        ops_.emplace_back(spec.instructions[i], layouts.of[i]);
    share();
    for (VectorOp& op : ops_)
      op.functions = comment(op);
    for (std::size_t u = 0; u < units_.size(); ++u)
      print_unit(u);
    for (VectorOp& op : ops_)
      print_arm(op);
  }

  std::string functions() const {
    std::string text;
    std::set<std::string> tables;
    for (const VectorOp& op : ops_) {
      for (int id : op.nodes)
        if (const Table* table = op.graph[id].table.get();
            table && tables.insert(table->name).second)
          text += table_function(*table);
      text += op.functions;
    }
    return helper_functions(text) + text;
  }

  std::string declarations, stages, arms, undefined;
  std::string shared_ops() const { return mask(shared_); }
  bool has_units() const { return !units_.empty(); }

private:
  const Spec& spec_;
  const Layouts& layouts_;
  std::vector<VectorOp> ops_;
  std::vector<SharedUnit> units_;
  std::vector<std::map<int, int>> unit_of_; ///< by instruction: node -> unit
  std::set<int> shared_;                    ///< instructions that use units

  void share() {
    std::vector<const Graph*> graphs;
    std::vector<std::vector<int>> nodes;
    for (const VectorOp& op : ops_) {
      graphs.push_back(&op.graph);
      nodes.push_back(op.nodes);
    }
    units_ = share_units(graphs, nodes, spec_.machine.vector.lanes);
    unit_of_.resize(ops_.size());
    for (std::size_t u = 0; u < units_.size(); ++u)
      for (const auto& [k, use] : units_[u].uses) {
        unit_of_[k].emplace(use.node, u);
        shared_.insert(k);
      }
  }

  int op_bits() const { return index_bits(layouts_.vector_ops + 1); }
  std::string label(const VectorOp& op) const {
    return fmt::format("{}'d{}", op_bits(), op.number());
  }

  /// A bit for each number of an operation.
  std::string mask(const std::set<int>& which) const {
    std::string bits(std::size_t{1} << op_bits(), '0');
    for (int k : which)
      bits[bits.size() - 1 - ops_[k].number()] = '1';
    return fmt::format("{}'b{}", bits.size(), bits);
  }

  static std::string comment(const VectorOp& op) {
    std::string text = fmt::format("  // {}\n", op.instruction->mnemonic);
    if (op.instruction->action == Action::Reduce)
      text += expression_comment("  init", op.instruction->init) +
              expression_comment("  step", op.instruction->step);
    return text + expression_comment("  result", op.instruction->result);
  }

  static std::string low(const std::string& signal, Type type, int bits) {
    return bits_of(type) == bits ? signal : fmt::format("{}[{}:0]", signal, bits_of(type) - 1);
  }

  std::string operand(const VectorOp& op, const std::string& name, Type type) const {
    if (name == kFirst)
      return "first_i";
    if (name == kState)
      return low("state[c]", type, layouts_.state_bits);
    const auto& operands = op.instruction->operands;
    for (std::size_t k = 0; k < op.layout->lanes.size(); ++k)
      if (operands[op.layout->lanes[k]].name == name)
        return low(fmt::format("lane{}[c]", k), type, 32);
    for (int slot : {kStreamA, kStreamB})
      if (op.layout->values[slot] >= 0 && operands[op.layout->values[slot]].name == name)
        return low(slot == kStreamA ? "a[c]" : "b[c]", type, 32);
    throw GenerateError(
        fmt::format("instruction '{}': the lanes of the RTL cannot read operand '{}'",
                    op.instruction->mnemonic, name));
  }

  std::optional<Leaf> leaf(std::size_t k, int id, bool after_state) const {
    const VectorOp& op = ops_[k];
    const Node& node = op.graph[id];
    if (after_state && id == op.state)
      return Leaf{low("next[c]", node.type, layouts_.state_bits), "state"};
    if (node.op == Op::LaneIndex)
      return Leaf{"lane_base_i + c", "lane_index"};
    if (node.op == Op::Name) {
      const std::string name = node.text[0] == '.' ? node.text.substr(1) : node.text;
      return Leaf{operand(op, node.text, node.type), name};
    }
    if (auto unit = unit_of_[k].find(id); unit != unit_of_[k].end())
      return Leaf{fmt::format("u{}[c]", unit->second), fmt::format("u{}", unit->second)};
    return std::nullopt;
  }

  /// The text of a node's value in lane c.
  std::string value(std::size_t k, const std::string& name, int id, bool after_state = false) {
    PrintedFunction function =
        print_function(fmt::format("op{}_{}", ops_[k].number(), name), ops_[k].graph, id,
                       [&](int node) { return leaf(k, node, after_state); });
    ops_[k].functions += function.definition;
    return function.call;
  }

  void array(const std::string& type, const std::string& name) {
    declarations += fmt::format("  {} {} [npu_pkg::Lanes];\n", type, name);
    undefined += fmt::format("      {}[c] = 'x;\n", name);
  }

  void print_unit(std::size_t u) {
    const SharedUnit& unit = units_[u];
    std::vector<std::string> operands;
    for (Type type : unit.kind.operands) {
      operands.push_back(fmt::format("u{}_{}", u, char('a' + operands.size())));
      array(declaration(type), operands.back());
    }
    if (!unit.kind.mode_operand.empty()) {
      operands.push_back(fmt::format("u{}_mode", u));
      array("logic " + unit.kind.mode_operand, operands.back());
    }
    array(declaration(unit.kind.result), fmt::format("u{}", u));

    stages += fmt::format("      // Unit {}: {}\n      case (op_i)\n", u, unit.kind.function);
    std::set<int> users;
    for (const auto& [k, use] : unit.uses) {
      users.insert(k);
      stages += fmt::format("        {}: {} begin  // {}\n", label(ops_[k]), kLanes,
                            ops_[k].instruction->mnemonic);
      const std::vector<int>& args = ops_[k].graph[use.node].args;
      for (std::size_t j = 0; j < operands.size(); ++j)
        stages += fmt::format("          {}[c] = {};\n", operands[j],
                              j < args.size() ? value(k, operands[j], args[j])
                                              : use.constants.at(j - args.size()));
      stages += "        end\n";
    }
    stages += "        default: ;\n      endcase\n";
    declarations += fmt::format("  localparam logic [{}:0] U{}Ops = {};\n", (1 << op_bits()) - 1, u,
                                mask(users));
    stages += fmt::format("      if (U{}Ops[op_i]) begin\n", u);
    if (unit.kind.function.starts_with("lane_"))
      print_tree(u, operands[0]);
    else
      stages += fmt::format("        {} u{}[c] = {}({}[c]);\n", kLanes, u, unit.kind.function,
                            fmt::join(operands, "[c], "));
    stages += "      end\n";
  }

  /// Level by level elements 2i and 2i+1 are combined; a last odd one passes up.
  void print_tree(std::size_t u, const std::string& operand) {
    const UnitKind& kind = units_[u].kind;
    stages += fmt::format("        {} u{}[c] = {}[c];\n", kLanes, u, operand);
    for (int count = spec_.machine.vector.lanes; count > 1; count = (count + 1) / 2) {
      stages +=
          fmt::format("        for (int unsigned c = 0; c < {}; c++) u{}[c] = {};\n", count / 2, u,
                      combined(kind, fmt::format("u{}[2*c]", u), fmt::format("u{}[2*c+1]", u)));
      if (count % 2)
        stages += fmt::format("        u{0}[{1}] = u{0}[{2}];\n", u, count / 2, count - 1);
    }
    stages += fmt::format(
        "        for (int unsigned c = 1; c < npu_pkg::Lanes; c++) u{0}[c] = u{0}[0];\n", u);
  }

  static std::string combined(const UnitKind& kind, const std::string& a, const std::string& b) {
    const bool sum = kind.function == "lane_sum", least = kind.function == "lane_min";
    if (is_float(kind.result))
      return fmt::format("fp_{}::{}({}, {})", name(kind.result),
                         sum     ? "add"
                         : least ? "minimum"
                                 : "maximum",
                         a, b);
    if (sum)
      return fmt::format("{} + {}", a, b);
    return fmt::format("{0} {1} {2} ? {0} : {2}", a, least ? "<" : ">", b);
  }

  static std::string widen(const std::string& call, Type type, int bits) {
    if (type == Type::Bool)
      return fmt::format("{{{}'d0, {}}}", bits - 1, call);
    return bits_of(type) == bits ? call : fmt::format("{}'({})", bits, call);
  }

  void print_arm(VectorOp& op) {
    const std::size_t k = &op - ops_.data();
    arms += fmt::format("      {}: {} begin  // {}\n", label(op), kLanes, op.instruction->mnemonic);
    if (op.state >= 0)
      arms += fmt::format(
          "        next[c] = {};\n",
          widen(value(k, "state", op.state), op.graph[op.state].type, layouts_.state_bits));
    arms += fmt::format("        result[c] = {};\n      end\n",
                        widen(value(k, "result", op.result, true), op.graph[op.result].type, 32));
  }
};

constexpr const char* kPorts = R"(// A spec may compare with what its types never reach.
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off CMPCONST */
/* verilator lint_off UNSIGNED */
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
  // Arrays of one dimension and loops that stay rolled simulate fastest.
)";

std::string lane_arrays(int slots) {
  std::string arrays, connections;
  auto array = [&](const std::string& bits, const std::string& name) {
    arrays += fmt::format("  logic [{}:0] {} [npu_pkg::Lanes];\n", bits, name);
  };
  array("31", "a");
  array("31", "b");
  array("31", "result");
  array("npu_pkg::StateBits-1", "state");
  array("npu_pkg::StateBits-1", "next");
  for (int k = 0; k < slots; ++k) {
    array("31", fmt::format("lane{}", k));
    connections +=
        fmt::format("    assign lane{0}[c] = lanes_i[({0}*npu_pkg::Lanes + c)*32 +: 32];\n", k);
  }
  return arrays + R"(  for (genvar c = 0; c < npu_pkg::Lanes; c++) begin : gen_lane
    assign a[c] = a_i[c*32 +: 32];
    assign b[c] = b_i[c*32 +: 32];
    assign state[c] = state_i[c*npu_pkg::StateBits +: npu_pkg::StateBits];
    assign state_o[c*npu_pkg::StateBits +: npu_pkg::StateBits] = next[c];
    assign result_o[c*32 +: 32] = result[c];
)" + connections +
         "  end\n\n";
}

} // namespace

std::string print_vector_alu(const Spec& spec, const Layouts& layouts) {
  VectorAlu alu(spec, layouts);
  std::string text =
      file_header(spec, "The lanes of the vector unit: combinational, by the decoder's "
                        "vector_op. A reduction's result is that of the state after this row.") +
      kPorts + lane_arrays(layouts.lane_slots) + alu.functions();
  if (alu.has_units())
    text += "  // The operands and results of shared units, and the operations that use them.\n" +
            alu.declarations +
            fmt::format("  localparam logic [{}:0] SharingOps = {};\n\n",
                        (1 << index_bits(layouts.vector_ops + 1)) - 1, alu.shared_ops());
  text += "  always_comb begin\n";
  if (alu.has_units())
    text += fmt::format(
        "`ifdef SYNTHESIS\n    {} begin  // what nobody takes may be anything\n{}    end\n`endif\n",
        kLanes, alu.undefined);
  text +=
      fmt::format("    {} begin\n      next[c] = '0;\n      result[c] = '0;\n    end\n", kLanes);
  if (alu.has_units())
    text += "    if (SharingOps[op_i]) begin\n" + alu.stages + "    end\n";
  return text + "    case (op_i)\n" + alu.arms +
         "      default: ;\n    endcase\n  end\nendmodule\n/* verilator lint_on UNSIGNED */\n/* "
         "verilator lint_on CMPCONST */\n/* verilator lint_on UNUSEDSIGNAL */\n";
}

} // namespace npuforge::isa::sv
