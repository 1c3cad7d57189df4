// Random vector instructions, whose SystemVerilog must compute what the kernels do.
//   alu_random generate DIR [--seed N] [--count N] [--lanes N]       writes their SystemVerilog
//   alu_random check MODEL.so [the same] [--rows N]                  compares the model made of it
//   with the kernels
// Exit status 1 if anything differs.
#include <cstring>

#include <CLI/CLI.hpp>
#include <dlfcn.h>
#include <fmt/format.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/generate.h"
#include "npuforge/isa/spec.h"

#include "alu_model.h"
#include "random_graph.h"

namespace npuforge::isa {
namespace {

struct Options {
  std::string path;
  uint64_t seed = 1;
  int count = 250, lanes = 4, rows = 400;
};

/// A vector instruction of the machine to change: with two sources and many lane operands.
const Instruction& model_of(const Spec& spec, Action action) {
  auto size = [](const Instruction& instruction) {
    int sources = 0;
    for (const Operand& operand : instruction.operands)
      sources += operand.kind == OperandKind::Stream && operand.access == Access::Read;
    return 100 * sources + static_cast<int>(instruction.operands.size());
  };
  const Instruction* best = nullptr;
  for (const Instruction& instruction : spec.instructions)
    if (instruction.action == action && (!best || size(instruction) > size(*best)))
      best = &instruction;
  return *best;
}

struct Drawn {
  Instruction instruction;
  std::vector<Symbol> names;           ///< lanes' operands, then the sources
  std::vector<std::pair<int, int>> at; ///< where each is: lane slot, or -1 and the source's number
};

Drawn draw(const Instruction& model, uint64_t seed, int number, bool reductions) {
  Drawn drawn{model, {}, {}};
  RandomGraph types(seed, {}, false);
  int slot = 0, source = 0;
  std::vector<Symbol> lanes, sources;
  for (Operand& operand : drawn.instruction.operands) {
    if (operand.kind == OperandKind::Lane && operand.access == Access::Read) {
      operand.type = std::array{Type::I32, Type::U32, Type::F32}[slot % 3];
      lanes.push_back({operand.name, operand.type});
      drawn.at.insert(drawn.at.begin() + slot, {slot, -1});
      ++slot;
    } else if (operand.kind == OperandKind::Stream && operand.access == Access::Read) {
      do
        operand.type = types.any_type();
      while (operand.type == Type::I64);
      sources.push_back({operand.name, operand.type});
      drawn.at.emplace_back(-1, source++);
    }
  }
  drawn.names = lanes;
  drawn.names.insert(drawn.names.end(), sources.begin(), sources.end());
  Instruction& instruction = drawn.instruction;
  instruction.mnemonic = fmt::format("drawn{}", number);
  Type result = types.any_type();
  if (result == Type::I64)
    result = Type::F32;
  const int depth = static_cast<int>(types.number(1, 5));
  std::vector<Symbol> all = drawn.names;
  if (instruction.action == Action::Reduce) {
    const Type state = std::array{Type::I32, Type::I64, Type::F32}[types.number(0, 2)];
    instruction.init = RandomGraph(seed + 1, lanes, false).make(state, 2);
    all.push_back({"state", state});
    instruction.step = RandomGraph(seed + 2, all, false).make(state, depth);
    lanes.push_back({"state", state});
    instruction.result = RandomGraph(seed + 3, lanes, false).make(result, depth);
  } else {
    instruction.result = RandomGraph(seed + 3, all, reductions).make(result, depth);
  }
  return drawn;
}

struct Program {
  Spec spec;
  std::vector<Drawn> drawn;
};

Program program(const Options& options) {
  Program program{load_spec(find_machine("tile4")), {}};
  Spec& spec = program.spec;
  const Instruction map = model_of(spec, Action::Map), reduce = model_of(spec, Action::Reduce);
  spec.machine.array.cols = spec.machine.vector.lanes = options.lanes;
  spec.instructions.clear();
  for (int i = 0; i < options.count; ++i) {
    const uint64_t seed = options.seed * 1'000'003 + 10 * i;
    program.drawn.push_back(draw(i % 5 == 0 ? reduce : map, seed, i, i % 3 == 0));
    spec.instructions.push_back(program.drawn.back().instruction);
  }
  return program;
}

/// Columns of one instruction's inputs, as the kernels want them.
using Column = std::vector<uint8_t>;

uint64_t element(const Column& column, Type type, int64_t index) {
  uint64_t value = 0;
  std::memcpy(&value, column.data() + index * bytes_of(type), bytes_of(type));
  return value;
}

Column computed(const ExprPtr& expr, const std::vector<Symbol>& names,
                const std::vector<Column>& columns, int lanes, int64_t count) {
  Column result(count * bytes_of(expr->type));
  std::vector<const void*> inputs;
  for (const Column& column : columns)
    inputs.push_back(column.data());
  Kernel(*expr, names, lanes).run(inputs, result.data(), count);
  return result;
}

class Comparison {
public:
  Comparison(const Options& options, AluRun run) : options_(options), run_(run) {}
  int64_t elements = 0, differences = 0;

  void compare(const Drawn& drawn, uint32_t op, int slots, int state_bytes, RandomGraph& random) {
    const bool reduce = drawn.instruction.action == Action::Reduce;
    const Type state_type = reduce ? drawn.instruction.step->type : Type::I32;
    std::vector<Symbol> names = drawn.names;
    std::vector<Column> columns;
    for (const Symbol& name : names)
      columns.push_back(column(name.type, random));
    const Column before = column(state_type, random);
    Column first(options_.rows), earlier = before, after;
    if (reduce) {
      const Column init = computed(drawn.instruction.init, names, columns, options_.lanes, count());
      const int row_bytes = options_.lanes * bytes_of(state_type);
      for (int row = 0; row < options_.rows; ++row)
        if (first[row] = random.one_in(3); first[row])
          std::copy_n(init.begin() + row * row_bytes, row_bytes, earlier.begin() + row * row_bytes);
      names.push_back({"state", state_type});
      columns.push_back(earlier);
      after = computed(drawn.instruction.step, names, columns, options_.lanes, count());
      columns.back() = after;
    }
    const Column expected =
        computed(drawn.instruction.result, names, columns, options_.lanes, count());
    const int lanes = options_.lanes;
    for (int row = 0; row < options_.rows; ++row) {
      std::vector<uint32_t> a(lanes), b(lanes), values(slots * lanes), result(lanes + 2);
      std::vector<uint8_t> state(lanes * state_bytes + 8), state_out(lanes * state_bytes + 8);
      for (std::size_t k = 0; k < drawn.names.size(); ++k)
        for (int c = 0; c < lanes; ++c) {
          auto [slot, source] = drawn.at[k];
          auto value = static_cast<uint32_t>(element(columns[k], names[k].type, row * lanes + c));
          (slot >= 0 ? values[slot * lanes + c] : source == 0 ? a[c] : b[c]) = value;
        }
      for (int c = 0; c < lanes; ++c) {
        const uint64_t value = element(before, state_type, row * lanes + c);
        std::memcpy(state.data() + c * state_bytes, &value, state_bytes);
      }
      run_({op, first[row], a.data(), b.data(), values.data(), state.data(), state_out.data(),
            result.data()});
      for (int c = 0; c < lanes; ++c) {
        uint64_t seen_state = 0;
        std::memcpy(&seen_state, state_out.data() + c * state_bytes, state_bytes);
        check(drawn, "result", drawn.instruction.result, expected, row * lanes + c, result[c]);
        if (reduce)
          check(drawn, "state", drawn.instruction.step, after, row * lanes + c, seen_state);
      }
    }
  }

private:
  const Options& options_;
  AluRun run_;

  int64_t count() const { return int64_t{options_.rows} * options_.lanes; }

  Column column(Type type, RandomGraph& random) const {
    Column column(count() * bytes_of(type));
    for (int64_t i = 0; i < count(); ++i) {
      const uint64_t value = random.value(type);
      std::memcpy(column.data() + i * bytes_of(type), &value, bytes_of(type));
    }
    return column;
  }

  void check(const Drawn& drawn, const char* what, const ExprPtr& expr, const Column& expected,
             int64_t index, uint64_t seen) {
    const uint64_t mask = ~uint64_t{0} >> (64 - 8 * bytes_of(expr->type));
    const uint64_t wanted = element(expected, expr->type, index);
    ++elements;
    if ((seen & mask) == wanted)
      return;
    if (differences++ < 5)
      fmt::print(stderr, "{}, {} of element {}: the kernel gives {:x}, the RTL {:x}\n  {}\n",
                 drawn.instruction.mnemonic, what, index, wanted, seen & mask, print(*expr));
  }
};

int check(const Options& options) {
  void* library = dlopen(options.path.c_str(), RTLD_NOW);
  auto* run = library ? reinterpret_cast<AluRun>(dlsym(library, kAluRun)) : nullptr;
  if (!run) {
    fmt::print(stderr, "alu_random: {}\n", dlerror());
    return 2;
  }
  const Program all = program(options);
  int slots = 1, state_bytes = 4;
  for (const Drawn& drawn : all.drawn) {
    slots = std::max(slots, static_cast<int>(std::ranges::count_if(
                                drawn.at, [](auto at) { return at.first >= 0; })));
    if (drawn.instruction.step)
      state_bytes = std::max(state_bytes, bytes_of(drawn.instruction.step->type));
  }
  Comparison comparison(options, run);
  RandomGraph random(options.seed, {}, false);
  for (std::size_t i = 0; i < all.drawn.size(); ++i)
    comparison.compare(all.drawn[i], i + 1, slots, state_bytes, random);
  fmt::print("{} instructions, {} elements compared, {} differences\n", all.drawn.size(),
             comparison.elements, comparison.differences);
  return comparison.differences == 0 ? 0 : 1;
}

} // namespace
} // namespace npuforge::isa

int main(int argc, char** argv) {
  using namespace npuforge::isa;
  Options options;
  CLI::App app("Random vector instructions: their SystemVerilog against the kernels.");
  app.require_subcommand(1);
  CLI::App* generate = app.add_subcommand("generate", "write the SystemVerilog");
  CLI::App* compare = app.add_subcommand("check", "compare a model of it with the kernels");
  for (CLI::App* command : {generate, compare}) {
    command->add_option("path", options.path, "directory, or model")->required();
    command->add_option("--seed", options.seed);
    command->add_option("--count", options.count, "instructions");
    command->add_option("--lanes", options.lanes);
  }
  compare->add_option("--rows", options.rows, "for each instruction");
  CLI11_PARSE(app, argc, argv);
  try {
    if (compare->parsed())
      return check(options);
    generate_systemverilog(program(options).spec, options.path);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "alu_random: {}\n", error.what());
    return 2;
  }
}
