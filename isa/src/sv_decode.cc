// npu_decode.sv: from an instruction word to npu_pkg::decoded_t.

#include <stdexcept>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/pace.h"

#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

/// The field's bits at `width`, sign-extended or not; a wider field than asked for loses its high
/// bits.
std::string bits(const Field& field, int width, bool is_signed) {
  int have = field.bits();
  if (have >= width)
    return fmt::format("word_i[{}:{}]", field.low + width - 1, field.low);
  if (is_signed)
    return fmt::format("{{{{{}{{word_i[{}]}}}}, word_i[{}:{}]}}", width - have, field.high,
                       field.high, field.low);
  return fmt::format("{{{}'d0, word_i[{}:{}]}}", width - have, field.high, field.low);
}

class Decoder {
public:
  Decoder(const Spec& spec, const Layouts& layouts) : spec_(spec), layouts_(layouts) {}

  std::string arm(size_t index) {
    instruction_ = &spec_.instructions[index];
    layout_ = &layouts_.of[index];
    out_ = fmt::format("      {}'d{}: begin  // {}\n", layouts_.opcode.bits(), instruction_->opcode,
                       instruction_->mnemonic);
    set("illegal", "1'b0");
    set("unit", fmt::format("3'd{}", static_cast<int>(instruction_->unit)));
    set("action", fmt::format("{}'d{}", kActionBits, static_cast<int>(instruction_->action)));
    masks();
    for (int k = 0; k < kValues; ++k)
      value(k);
    streams();
    registers();
    control();
    lanes();
    return out_ + "      end\n";
  }

private:
  const Spec& spec_;
  const Layouts& layouts_;
  const Instruction* instruction_ = nullptr;
  const Layout* layout_ = nullptr;
  std::string out_;

  const Machine& machine() const { return spec_.machine; }
  const Field& field(int index) const {
    return spec_.formats[instruction_->format].fields.at(index);
  }
  const Operand& operand(int index) const { return instruction_->operands.at(index); }

  void set(const std::string& name, const std::string& text) {
    out_ += fmt::format("        decoded_o.{} = {};\n", name, text);
  }

  void masks() {
    const Format& format = spec_.formats[instruction_->format];
    if (const Field* wait = format.find("wait"))
      set("wait_mask", bits(*wait, kUnitCount, false));
    if (const Field* post = format.find("post"))
      set("post_mask", bits(*post, kUnitCount, false));
  }

  void value(int slot) {
    if (layout_->values[slot] < 0)
      return;
    const Operand& op = operand(layout_->values[slot]);
    int register_bits = index_bits(machine().sequencer.registers);
    if (op.kind == OperandKind::Register) {
      set(fmt::format("base{}", slot), bits(field(op.field), register_bits, false));
    } else if (op.kind == OperandKind::Value || op.kind == OperandKind::Stream) {
      if (op.offset >= 0)
        set(fmt::format("offset{}", slot), bits(field(op.offset), 32, op.is_signed));
      if (op.base >= 0)
        set(fmt::format("base{}", slot), bits(field(op.base), register_bits, false));
    } else {
      set(fmt::format("offset{}", slot),
          bits(field(op.field), 32, op.is_signed && op.kind == OperandKind::Immediate));
    }
  }

  std::string pace(int cycles) const {
    return fmt::format("{}'d{}", index_bits(layouts_.pace + 1), cycles);
  }

  void streams() {
    constexpr char kNames[] = {'a', 'b', 'd'};
    for (int slot : {kStreamA, kStreamB, kStreamD}) {
      if (layout_->values[slot] < 0 || operand(layout_->values[slot]).kind != OperandKind::Stream)
        continue;
      const Operand& op = operand(layout_->values[slot]);
      set(fmt::format("has_{}", kNames[slot]), "1'b1");
      set(fmt::format("generator_{}", kNames[slot]),
          bits(field(op.generator), index_bits(machine().sequencer.generators), false));
      set(fmt::format("space_{}", kNames[slot]), fmt::format("2'd{}", static_cast<int>(op.space)));
    }
    set("pace", pace(layout_->pace));
    set("beats_a", pace(layout_->beats_a));
    set("beats_b", pace(layout_->beats_b));
    set("beats_d", pace(layout_->beats_d));
    array();
    if (layout_->window_a)
      set("window_a", "1'b1");
    if (layout_->window_b)
      set("window_b", "1'b1");
  }

  void array() {
    if (!layout_->array_type)
      return;
    set("element", fmt::format("2'd{}", array_element(*layout_->array_type)));
    if (instruction_->action == Action::Preload) {
      const Lead lead = load_lead(machine(), *layout_->array_type);
      const int width = index_bits(layouts_.pace + 1);
      set("lead", lead.first < 0 ? fmt::format("-{}'sd{}", width + 1, -lead.first)
                                 : fmt::format("{}'sd{}", width + 1, lead.first));
      set("lead_row", pace(lead.row));
    }
  }

  void registers() {
    if (layout_->write_register < 0)
      return;
    set("write_register", "1'b1");
    set("rd", bits(field(operand(layout_->write_register).field),
                   index_bits(machine().sequencer.registers), false));
  }

  void control() {
    auto one = [&](int index, const char* name, int width) {
      if (index >= 0)
        set(name, bits(field(operand(index).field), width, false));
    };
    one(layout_->generator, "generator_a", index_bits(machine().sequencer.generators));
    one(layout_->level, "level", index_bits(machine().sequencer.levels));
    one(layout_->flag, "flag", 1);
    one(layout_->target, "target", 32);
    if (instruction_->action == Action::SetLevel && layout_->values[kLow] >= 0)
      set("has_window", "1'b1");
    if (layout_->scalar_op)
      set("scalar_op",
          fmt::format("{}'d{}", index_bits(layouts_.scalar_ops + 1), layout_->scalar_op));
    if (layout_->vector_op)
      set("vector_op",
          fmt::format("{}'d{}", index_bits(layouts_.vector_ops + 1), layout_->vector_op));
  }

  void lanes() {
    int width = index_bits(machine().vector.lane_registers);
    for (size_t k = 0; k < layout_->lanes.size(); ++k)
      set(fmt::format("lanes[{}:{}]", (k + 1) * width - 1, k * width),
          bits(field(operand(layout_->lanes[k]).field), width, false));
    auto one = [&](int index, const char* name) {
      if (index >= 0)
        set(name, bits(field(operand(index).field), width, false));
    };
    one(layout_->write_lane, "lane_d");
    one(layout_->fill_a, "fill_a");
    one(layout_->fill_b, "fill_b");
  }
};

} // namespace

std::string print_decoder(const Spec& spec, const Layouts& layouts) {
  std::string out = file_header(spec, "Decoder: combinational. An unknown opcode gives `illegal`; "
                                      "fields that an instruction lacks are 0.");
  out += fmt::format(R"(/* verilator lint_off UNUSEDSIGNAL */
module npu_decode (
  input  logic [{}:0] word_i,
  output npu_pkg::decoded_t decoded_o
);
  always_comb begin
    decoded_o = '0;
    decoded_o.illegal = 1'b1;
    case (word_i[{}:{}])
)",
                     8 * spec.word_bytes() - 1, layouts.opcode.high, layouts.opcode.low);
  Decoder decoder(spec, layouts);
  for (size_t i = 0; i < spec.instructions.size(); ++i)
    out += decoder.arm(i);
  return out + R"(      default: decoded_o.illegal = 1'b1;
    endcase
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
)";
}

} // namespace npuforge::isa::sv
