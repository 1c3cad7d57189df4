// Writes one random program, to look at or to run: random_program MACHINE SEED LENGTH PROGRAM.bin
#include <string>

#include <fmt/format.h>

#include "npuforge/isa/spec.h"

#include "random_program.h"

int main(int argc, char** argv) try {
  using namespace npuforge;
  if (argc != 5) {
    fmt::print(stderr, "usage: random_program MACHINE SEED LENGTH PROGRAM.bin\n");
    return 2;
  }
  const isa::Spec spec = isa::load_spec(isa::find_machine(argv[1]));
  const auto program =
      random_programs::random_program(spec, {std::stoull(argv[2]), std::stoi(argv[3])});
  assembler::write_program(program, spec, argv[4]);
  random_programs::Coverage coverage(spec);
  coverage.add(program);
  fmt::print("{}", coverage.table());
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "random_program: {}\n", error.what());
  return 1;
}
