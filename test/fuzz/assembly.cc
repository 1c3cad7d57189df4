// Assembly text. What assembles survives the way to text and back, and to a file and back.
#include "npuforge/assembler/text.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  std::string_view text = fuzz::text_of(data, size);
  const isa::Spec& spec = fuzz::machine_named(assembler::machine_of_text(text).value_or(""));
  try {
    assembler::Program program = assembler::assemble(spec, text, "input", [&](const auto& file) {
      return std::string(file.string().ends_with("self") ? text : std::string_view("halt\n"));
    });
    fuzz::require_round_trip(spec, program);
    std::filesystem::path file = fuzz::scratch_directory() / "program.bin";
    assembler::write_program(program, spec, file);
    fuzz::require(assembler::read_program(file, spec) == program, "read(write(p)) == p");
  } catch (const assembler::ProgramError& error) {
    // Its own text and its own file must be accepted; what is refused was read, here or by
    // .include.
    const std::string_view message = error.what();
    const std::string own = fuzz::scratch_directory().string();
    fuzz::require(!message.starts_with("disassembled:") && !message.starts_with(own), error.what());
  }
  return 0;
}
