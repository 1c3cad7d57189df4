// One spec, by itself: random words of every instruction survive disassembly and assembly, and
// random programs simulate.
//
//   params_suite SPEC.yaml [--words N] [--programs N] [--length L] [--first-seed S]
//
// Words: N of each instruction. A program error (npusim's checks of operands, banks and order) or a
// deadlock fails the suite. Exit status 0 if all of it held.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/assembler/text.h"
#include "npuforge/simulator/simulator.h"

#include "../assembler/random_program.h"
#include "../cosim/random_program.h"

namespace {

using namespace npuforge;

struct Arguments {
  std::string spec;
  int words = 20, programs = 10, length = 60;
  uint64_t first_seed = 1;
};

assembler::Program empty_program(const isa::Spec& spec) {
  assembler::Program program;
  program.machine_name = spec.machine.name;
  program.spec_hash = spec.hash;
  return program;
}

/// Throws if the words are not what the assembler makes of their text.
void round_trip(const isa::Spec& spec, const Arguments& arguments) {
  auto random = assembler::test::seeded(arguments.first_seed);
  assembler::Program program = empty_program(spec);
  const int64_t count = std::ssize(spec.instructions) * arguments.words;
  for (const isa::Instruction& instruction : spec.instructions)
    for (int i = 0; i < arguments.words; ++i)
      program.text.push_back(assembler::test::random_word(random, spec, instruction, count));
  const std::string text = assembler::disassemble(spec, program);
  if (text.find(".insn") != std::string::npos)
    throw std::runtime_error("a word is disassembled as raw bits");
  const assembler::Program again = assembler::assemble(spec, text, "text.s");
  for (size_t i = 0; i < program.text.size(); ++i)
    if (i >= again.text.size() || !(again.text[i] == program.text[i]))
      throw std::runtime_error(fmt::format("word {} is not what its text assembles to", i));
  if (!(again == program))
    throw std::runtime_error("the text assembles to another program");
}

struct Totals {
  int64_t instructions = 0, cycles = 0; ///< instructions of the texts
};

Totals simulate(const isa::Spec& spec, const Arguments& arguments) {
  Totals totals;
  simulator::Simulator simulator(spec, {});
  for (int i = 0; i < arguments.programs; ++i) {
    const uint64_t seed = arguments.first_seed + static_cast<uint64_t>(i);
    try {
      const assembler::Program program =
          random_programs::random_program(spec, {seed, arguments.length});
      simulator.load(program);
      totals.instructions += std::ssize(program.text);
      totals.cycles += simulator.run(nullptr).cycles;
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("random program {}: {}", seed, error.what()));
    }
  }
  return totals;
}

} // namespace

int main(int argc, char** argv) try {
  CLI::App app("Round trips and simulates random programs of one spec.", "params_suite");
  Arguments arguments;
  app.add_option("spec", arguments.spec)->required();
  app.add_option("--words", arguments.words);
  app.add_option("--programs", arguments.programs);
  app.add_option("--length", arguments.length);
  app.add_option("--first-seed", arguments.first_seed);
  CLI11_PARSE(app, argc, argv);
  const isa::Spec spec = isa::load_spec(arguments.spec);
  round_trip(spec, arguments);
  const Totals totals = simulate(spec, arguments);
  fmt::print("{}: {} words, {} programs, {} instructions, {} cycles\n", spec.machine.name,
             std::ssize(spec.instructions) * arguments.words, arguments.programs,
             totals.instructions, totals.cycles);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "params_suite: {}\n", error.what());
  return 1;
}
