// The timing of an instruction: closed forms over machine sizes and the steps of its streams.
#include <fmt/format.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

class TimingReader {
public:
  TimingReader(const Node& node, InstructionReading& reading)
      : node_(node), reading_(reading), instruction_(reading.instruction),
        timing_(reading.instruction.timing),
        section_(node, fmt::format("'timing' of {}", reading.what), reading.all.problems) {
    for (const auto& [size, value] : timing_sizes(reading.all.spec.machine))
      symbols_.push_back({size, Type::I64});
    for (const Operand& operand : instruction_.operands)
      if (operand.kind == OperandKind::Stream)
        symbols_.push_back({operand.name + ".steps", Type::I64});
  }

  void read() {
    const Node* occupancy = section_.required("occupancy");
    const Node* latency = section_.required("latency");
    const Node* uses = section_.optional("uses");
    if (!occupancy || !latency)
      return;
    timing_.dynamic = occupancy->text == "dynamic" && latency->text == "dynamic";
    check_dynamic();
    if (timing_.dynamic) {
      if (uses)
        problems().add(*uses, "dynamic timing has no 'uses': it takes the ports that are free");
      return;
    }
    timing_.occupancy = expression(*occupancy, "'occupancy'", 1);
    timing_.latency = expression(*latency, "'latency'", 1);
    check_sequencer();
    if (uses)
      read_uses(*uses);
    check_every_stream_has_a_use();
  }

private:
  Problems& problems() { return reading_.all.problems; }

  void check_dynamic() {
    const bool dma = instruction_.unit == Unit::Load || instruction_.unit == Unit::Store;
    const bool word =
        instruction_.action == Action::LoadScalar || instruction_.action == Action::StoreScalar;
    if (timing_.dynamic == (dma || word))
      return;
    const char* what = dma ? "load and store have" : "an access of the sequencer has";
    problems().add(
        node_, dma || word ? fmt::format("{} dynamic timing: 'occupancy' and 'latency' "
                                         "are both 'dynamic'",
                                         what)
               : instruction_.unit == Unit::Sequencer
                   ? "an instruction of the sequencer that computes cannot have dynamic timing"
                   : fmt::format("unit '{}' cannot have dynamic timing", name(instruction_.unit)));
  }

  void check_sequencer() {
    if (instruction_.unit != Unit::Sequencer || !timing_.occupancy || !timing_.latency)
      return;
    if (print(*timing_.occupancy) != "1" || print(*timing_.latency) != "1")
      problems().add(node_, "an instruction of the sequencer takes one cycle in this version: "
                            "occupancy 1, latency 1");
  }

  /// At least `low` when every stream has one row.
  ExprPtr expression(const Node& node, const std::string& key, int64_t low) {
    std::string what = fmt::format("{} of {}", key, reading_.what);
    ExprPtr expr = read_expression(node, what, Scope{symbols_, {}, {}, {}}, Type::I64, problems());
    if (!expr)
      return nullptr;
    if (expr->type != Type::I64) {
      problems().add_inside(
          node, 0,
          fmt::format("{} has the type {}; it must be a number of cycles", what, name(expr->type)));
      return nullptr;
    }
    int64_t cycles = evaluate(*expr, [this](std::string_view symbol) { return value_of(symbol); });
    if (cycles < low)
      problems().add_inside(node, 0,
                            fmt::format("{} is {} for streams of one row; it must be at least {}",
                                        what, cycles, low));
    return expr;
  }

  int64_t value_of(std::string_view symbol) {
    for (const auto& [size, value] : timing_sizes(reading_.all.spec.machine))
      if (size == symbol)
        return value;
    return 1; // NAME.steps
  }

  void read_uses(const Node& node) {
    if (node.kind != Node::Kind::Sequence)
      problems().add(node, fmt::format("'uses' of {} must be a list", reading_.what));
    for (const Node& item : node.items)
      read_use(item);
  }

  void read_use(const Node& node) {
    Section section(node, fmt::format("a use of {}", reading_.what), problems());
    PortUse use{};
    std::optional<int> port = section.choice("port", words(kAccessNames));
    std::string stream = section.text("stream");
    const Node* start = section.required("start");
    const Node* cycles = section.required("cycles");
    const Node* when = section.optional("when");
    use.stream = instruction_.index_of(stream);
    if (!stream.empty() &&
        (use.stream < 0 || instruction_.operands[use.stream].kind != OperandKind::Stream)) {
      problems().add(*node.find("stream"),
                     fmt::format("'{}' is no stream of {}", stream, reading_.what));
      use.stream = -1;
    }
    if (when)
      use.when = read_when(*when);
    if (start)
      use.start = expression(*start, "'start'", 0);
    if (cycles)
      use.cycles = expression(*cycles, "'cycles'", 1);
    if (!port || use.stream < 0 || !use.start || !use.cycles)
      return;
    use.port = static_cast<Access>(*port);
    if (use.port == Access::Write && instruction_.operands[use.stream].access == Access::Read)
      problems().add(*node.find("port"),
                     fmt::format("stream '{}' is read, so it uses no write port", stream));
    timing_.uses.push_back(std::move(use));
  }

  int read_when(const Node& node) {
    const Operand* operand = instruction_.find(node.text);
    bool good =
        operand && (operand->kind == OperandKind::Value || operand->kind == OperandKind::Flag ||
                    operand->kind == OperandKind::Immediate);
    if (!good)
      problems().add(
          node, fmt::format("'when' must name a value, immediate or flag of {}", reading_.what));
    return instruction_.index_of(node.text);
  }

  void check_every_stream_has_a_use() {
    for (std::size_t i = 0; i < instruction_.operands.size(); ++i) {
      const Operand& operand = instruction_.operands[i];
      if (operand.kind != OperandKind::Stream)
        continue;
      bool found = false;
      for (const PortUse& use : timing_.uses)
        found = found ||
                (use.stream == static_cast<int>(i) && use.port == operand.access && use.when < 0);
      if (!found)
        problems().add(
            node_,
            fmt::format("'timing' of {} must say in 'uses' when stream '{}' holds its {} port",
                        reading_.what, operand.name, name(operand.access)));
    }
  }

  const Node& node_;
  InstructionReading& reading_;
  Instruction& instruction_;
  Timing& timing_;
  Section section_;
  std::vector<Symbol> symbols_;
};

} // namespace

std::vector<std::pair<std::string, int64_t>> timing_sizes(const Machine& machine) {
  return {{"array.rows", machine.array.rows},         {"array.cols", machine.array.cols},
          {"array.pipeline", machine.array.pipeline}, {"array.stages", machine.array.stages},
          {"vector.lanes", machine.vector.lanes},     {"vector.pipeline", machine.vector.pipeline}};
}

void read_timing(const Node& node, InstructionReading& reading) {
  const std::size_t before = reading.all.problems.count();
  TimingReader(node, reading).read();
  if (reading.all.problems.count() == before)
    check_timing(node, reading);
}

} // namespace npuforge::isa
