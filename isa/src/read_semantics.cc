// The meaning of an instruction: its action and the action's expressions.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "actions.h"
#include "expression_rules.h"
#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

/// What an expression may name: operands that are read, with or without streams.
std::vector<Symbol> operand_symbols(const Instruction& instruction, bool streams) {
  std::vector<Symbol> symbols;
  for (const Operand& operand : instruction.operands) {
    bool written = operand.access == Access::Write;
    switch (operand.kind) {
    case OperandKind::Register:
    case OperandKind::Lane:
    case OperandKind::Value:
    case OperandKind::Immediate:
    case OperandKind::Flag:
      if (!written)
        symbols.push_back({operand.name, operand.type});
      break;
    case OperandKind::Stream:
      if (streams && !written)
        symbols.push_back({operand.name, operand.type});
      break;
    default:
      break;
    }
  }
  return symbols;
}

class SemanticsReader {
public:
  SemanticsReader(const Node& node, InstructionReading& reading)
      : node_(node), reading_(reading), instruction_(reading.instruction),
        section_(node, fmt::format("'semantics' of {}", reading.what), reading.all.problems) {}

  void read() {
    std::optional<int> action = section_.choice("action", words(kActionNames));
    if (!action) {
      accept_all_keys(); // which of them are right depends on the action
      return;
    }
    instruction_.action = static_cast<Action>(*action);
    const std::vector<Unit>& units = rule_of(instruction_.action).units;
    if (std::find(units.begin(), units.end(), instruction_.unit) == units.end()) {
      std::string owners;
      for (Unit unit : units)
        owners += fmt::format("{}'{}'", owners.empty() ? "" : " or ", name(unit));
      problems().add(*node_.find("action"),
                     fmt::format("unit '{}' has no action '{}'; it belongs to unit {}",
                                 name(instruction_.unit), name(instruction_.action), owners));
      accept_all_keys();
      return;
    }
    if (instruction_.action == Action::Reduce)
      read_levels();
    check_action_operands(node_, reading_);
    if (mentions_failed(node_, reading_.all))
      accept_all_keys();
    else
      read_expressions();
  }

private:
  Problems& problems() { return reading_.all.problems; }

  void accept_all_keys() {
    for (const char* key : {"result", "condition", "init", "step", "levels", "let", "state"})
      section_.optional(key);
  }

  void read_expressions() {
    if (rule_of(instruction_.action).expressions.empty())
      return;
    if (instruction_.action == Action::Reduce)
      read_state();
    const Node* let = section_.optional("let");
    if (let && !read_all_lets(*let))
      return accept_all_keys();
    switch (instruction_.action) {
    case Action::Compute:
      instruction_.result = read("result", symbols(true), Type::I32);
      break;
    case Action::Branch:
      instruction_.condition = read("condition", symbols(true), Type::Bool);
      break;
    case Action::Map:
      instruction_.result = read("result", symbols(true), written_type());
      break;
    default: // reduce
      instruction_.init = read("init", symbols(false), instruction_.state);
      instruction_.step = read("step", with_state(symbols(true)), instruction_.state);
      instruction_.result = read("result", with_state(symbols(false)), written_type());
    }
    if (let && complete_)
      check_lets_used(
          *let, instruction_.lets,
          {instruction_.condition, instruction_.init, instruction_.step, instruction_.result},
          problems());
    check_all_used();
  }

  void read_state() {
    const Node* node = section_.optional("state");
    if (!node)
      return;
    const std::optional<Type> type = find_type(node->text);
    if (!node->is_scalar() || (type != Type::I32 && type != Type::I64 && type != Type::F32))
      return problems().add(*node, fmt::format("'state' of {} is '{}'; there are i32, i64, f32",
                                               reading_.what, node->text));
    instruction_.state = *type;
  }

  bool read_all_lets(const Node& node) {
    std::vector<Symbol> names = symbols(true);
    if (instruction_.action == Action::Reduce)
      names = with_state(std::move(names));
    std::optional<std::vector<ExprPtr>> lets =
        read_lets(node, reading_.what, scope(std::move(names)), problems());
    if (lets)
      instruction_.lets = std::move(*lets);
    return lets.has_value();
  }

  Scope scope(std::vector<Symbol> names) const {
    const Spec& spec = reading_.all.spec;
    return {std::move(names), instruction_.lets, spec.tables, spec.functions};
  }

  ExprPtr read(const char* key, std::vector<Symbol> names, Type type) {
    const Node* node = section_.required(key);
    if (!node) {
      complete_ = false;
      return nullptr;
    }
    std::string what = fmt::format("'{}' of {}", key, reading_.what);
    ExprPtr expr = read_expression(*node, what, scope(std::move(names)), type, problems());
    complete_ = complete_ && expr;
    if (!expr)
      return nullptr;
    if (expr->type != type)
      problems().add_inside(
          *node, 0,
          fmt::format("{} has the type {}; it must be {}", what, name(expr->type), name(type)));
    const Expr* lane = find_lane_operation(*expr);
    if (lane && instruction_.unit != Unit::Vector)
      problems().add(*node,
                     fmt::format("{} uses {}: only the vector unit has lanes", what, lane->text));
    check_lanes(*node, what, *expr);
    check_size(*node, what, *expr, problems());
    for (const Symbol& symbol : names_in(*expr))
      used_.insert(symbol.name);
    return expr;
  }

  /// Lanes that compute a part of a row have not all of its elements at once.
  void check_lanes(const Node& node, const std::string& what, const Expr& expr) {
    const Machine& m = reading_.all.spec.machine;
    const Expr* lanes = m.vector.lanes < m.array.cols ? find_lane_reduction(expr) : nullptr;
    if (lanes)
      problems().add(node, fmt::format("{} uses {}, which needs a lane for each element of a row: "
                                       "vector.lanes is {}, array.cols {}",
                                       what, lanes->text, m.vector.lanes, m.array.cols));
  }

  std::vector<Symbol> symbols(bool streams) const { return operand_symbols(instruction_, streams); }

  std::vector<Symbol> with_state(std::vector<Symbol> symbols) const {
    symbols.push_back({"state", instruction_.state});
    return symbols;
  }

  Type written_type() const {
    for (const Operand& operand : instruction_.operands)
      if (operand.kind == OperandKind::Stream && operand.access == Access::Write)
        return operand.type;
    return Type::I8; // there is none, which has been reported
  }

  void read_levels() {
    const Node* node = section_.required("levels");
    if (!node)
      return;
    instruction_.levels = instruction_.index_of(node->text);
    const Operand* operand = instruction_.find(node->text);
    if (!operand || operand->kind != OperandKind::Immediate || operand->is_signed) {
      problems().add(*node,
                     fmt::format("'levels' of {} must name an unsigned immediate", reading_.what));
      return;
    }
    int bits = operand->field < 0
                   ? 32
                   : reading_.all.spec.formats[instruction_.format].fields[operand->field].bits();
    int levels = reading_.all.spec.machine.sequencer.levels;
    if (bits < bits_for(levels + 1))
      problems().add(*node, fmt::format("operand '{}' has {} bits, too few for {} generator levels",
                                        node->text, bits, levels));
    used_.insert(node->text);
  }

  /// An operand that nothing uses is a mistake of the spec: it would be encoded and ignored.
  void check_all_used() {
    if (!complete_)
      return;
    for (const Operand& operand : instruction_.operands)
      if (!operand.fill.empty())
        used_.insert(operand.fill);
    for (std::size_t i = 0; i < instruction_.operands.size(); ++i) {
      const Operand& operand = instruction_.operands[i];
      bool written = operand.access == Access::Write || operand.kind == OperandKind::Target;
      if (!written && !used_.count(operand.name))
        problems().add(*reading_.operand_nodes[i],
                       fmt::format("operand '{}' is used by nothing in 'semantics'", operand.name));
    }
  }

  const Node& node_;
  InstructionReading& reading_;
  Instruction& instruction_;
  Section section_;
  std::set<std::string> used_;
  bool complete_ = true;
};

} // namespace

ExprPtr read_expression(const Node& node, const std::string& what, const Scope& scope,
                        std::optional<Type> wanted, Problems& problems) {
  if (!node.is_scalar()) {
    problems.add(node, fmt::format("{} must be an expression", what));
    return nullptr;
  }
  try {
    // A literal cannot be a bool, so a wanted bool says nothing about literals.
    if (wanted == Type::Bool)
      wanted = std::nullopt;
    return type_check(parse_expression(node.text), scope, wanted);
  } catch (const ExprError& error) {
    problems.add_inside(node, error.column, fmt::format("{}: {}", what, error.message));
    return nullptr;
  }
}

void read_semantics(const Node& node, InstructionReading& reading) {
  SemanticsReader(node, reading).read();
}

} // namespace npuforge::isa
