// Assembly text. What assembles survives the way to text and back, and to a file and back.
#include "npuforge/assembler/text.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  std::string_view text = fuzz::text_of(data, size);
  const isa::Spec& spec = fuzz::machine_named(assembler::machine_of_text(text).value_or(""));
  try {
    assembler::Program program = assembler::assemble(spec, text, "input");
    fuzz::require_round_trip(spec, program);
    std::filesystem::path file = fuzz::scratch_directory() / "program.bin";
    assembler::write_program(program, spec, file);
    fuzz::require(assembler::read_program(file, spec) == program, "read(write(p)) == p");
  } catch (const assembler::ProgramError& error) {
    // Its own text and its own file must be accepted.
    fuzz::require(std::string_view(error.what()).starts_with("input:"), error.what());
  }
  return 0;
}
