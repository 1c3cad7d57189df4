#pragma once
// What observers say about an instruction: looked up once for each word of the text.

#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/spec.h"

namespace npuforge::simulator {

struct InstructionNames {
  std::vector<std::string> mnemonic, layer; ///< by pc; layer empty where there is none
  InstructionNames(const isa::Spec& spec, const assembler::Program& program) {
    mnemonic.assign(program.text.size(), "?");
    layer.resize(program.text.size());
    for (size_t pc = 0; pc < program.text.size(); ++pc)
      if (auto decoded = isa::decode(spec, program.text[pc]))
        mnemonic[pc] = decoded->instruction->mnemonic;
    for (const assembler::LayerRange& range : program.layers)
      for (size_t pc = range.first; pc < range.last && pc < layer.size(); ++pc)
        layer[pc] = range.layer;
  }
};

} // namespace npuforge::simulator
