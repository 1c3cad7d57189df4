// The YAML reader with all its checks. What it accepts can be printed, encoded and generated.
#include "npuforge/assembler/text.h"
#include "npuforge/isa/generate.h"
#include "npuforge/isa/word.h"

#include "fuzz.h"

namespace npuforge {
namespace {

/// Every instruction with each operand at an end of its range, to a word and back.
void check_words(const isa::Spec& spec, bool high) {
  for (const isa::Instruction& instruction : spec.instructions) {
    isa::Decoded decoded;
    decoded.instruction = &instruction;
    for (const isa::Operand& operand : instruction.operands) {
      auto range = isa::value_range(spec, instruction, operand);
      decoded.operands.push_back({high ? range.second : range.first, 0, 0});
    }
    std::optional<isa::Decoded> again = isa::decode(spec, isa::encode(spec, decoded));
    fuzz::require(again && again->instruction == &instruction &&
                      again->operands == decoded.operands,
                  "decode(encode(x)) == x for every instruction of an accepted spec");
    assembler::print_instruction(spec, decoded);
  }
}

void check_generators(const isa::Spec& spec) {
  isa::generate_cpp(spec, fuzz::scratch_directory());
  try {
    isa::generate_systemverilog(spec, fuzz::scratch_directory());
  } catch (const isa::GenerateError&) { // legal, but not as RTL
  }
}

} // namespace
} // namespace npuforge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  try {
    // As if it lay beside the reference machines, which it may have as its base.
    isa::Spec spec =
        isa::parse_spec(std::string(fuzz::text_of(data, size)), NPUFORGE_MACHINE_DIR "/fuzz.yaml");
    check_words(spec, false);
    check_words(spec, true);
    check_generators(spec);
  } catch (const isa::SpecError& error) {
    fuzz::require(!error.diagnostics().empty(), "a refused spec has a problem");
  }
  return 0;
}
