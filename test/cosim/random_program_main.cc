// Writes one random program, to look at or to run: random_program MACHINE SEED LENGTH PROGRAM.bin
// [looping]
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "npuforge/isa/spec.h"

#include "random_program.h"

int main(int argc, char** argv) try {
  using namespace npuforge;
  const bool looping = argc == 6 && std::string_view(argv[5]) == "looping";
  if (argc != 5 && !looping) {
    fmt::print(stderr, "usage: random_program MACHINE SEED LENGTH PROGRAM.bin [looping]\n");
    return 2;
  }
  const isa::Spec spec = isa::load_spec(isa::find_machine(argv[1]));
  const auto program =
      random_programs::random_program(spec, {std::stoull(argv[2]), std::stoi(argv[3]), looping});
  assembler::write_program(program, spec, argv[4]);
  random_programs::Coverage coverage(spec);
  coverage.add(program);
  fmt::print("{}", coverage.table());
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "random_program: {}\n", error.what());
  return 1;
}
