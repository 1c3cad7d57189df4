// Instruction words. The first byte chooses the machine, the rest are words of it.
#include "npuforge/isa/word.h"

#include <cstring>

#include "npuforge/assembler/text.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  if (size == 0)
    return 0;
  const isa::Spec& spec = fuzz::machines()[data[0] % fuzz::machines().size()];
  auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  auto word_bytes = static_cast<size_t>(spec.word_bytes());
  assembler::Program program;
  program.machine_name = spec.machine.name;
  program.spec_hash = spec.hash;
  for (; bytes.size() >= word_bytes; bytes = bytes.subspan(word_bytes)) {
    isa::Word word = isa::load_word(spec, bytes);
    program.text.push_back(word);
    std::vector<std::byte> stored(word_bytes);
    isa::store_word(spec, word, stored);
    fuzz::require(std::memcmp(stored.data(), bytes.data(), word_bytes) == 0,
                  "store(load(bytes)) == bytes");
    std::optional<isa::Decoded> decoded = isa::decode(spec, word);
    if (!decoded)
      continue;
    fuzz::require(isa::encode(spec, *decoded) == word, "encode(decode(word)) == word");
    assembler::Program one = assembler::assemble(
        spec, ".text\n" + assembler::print_instruction(spec, *decoded), "printed");
    fuzz::require(one.text == std::vector{word}, "assemble(print(instruction)) == word");
  }
  if (assembler::problems(program, spec).empty())
    fuzz::require_round_trip(spec, program);
  return 0;
}
