#pragma once
// Instructions that would pay: chains of vector instructions that compiled networks run, mined for
// parts that one instruction could do in one pass over the rows.

#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// What an operand of a step reads.
struct ChainSource {
  enum class Kind : uint8_t {
    Stream,   ///< rows in memory; operands of one chain with equal `index` read the same rows
    Step,     ///< the result of step `index` of the chain
    Constant, ///< one number in all lanes: `bits`
    Lanes     ///< a lane register whose lanes differ; `index` tells them apart
  };
  Kind kind;
  int index = 0;
  int64_t bits = 0; ///< 32 bits, as an integer or as those of an f32
  bool operator==(const ChainSource&) const = default;
};

/// One map instruction of a chain.
struct ChainStep {
  const Instruction* instruction;
  std::vector<ChainSource> sources; ///< parallel to instruction->operands; of what is written
                                    ///< without meaning
};

/// Vector instructions that a compiled network runs one after the other on the same tiles. The last
/// step makes the result; the others' results are read by steps of the chain alone.
struct Chain {
  std::string where; ///< model and layer, for the report
  int64_t tiles;     ///< how often each step is executed
  int64_t rows;      ///< of a tile
  std::vector<ChainStep> steps;
};

/// An instruction that would take the place of several.
struct Proposal {
  std::string mnemonic;
  std::string format, instruction;   ///< entries of the sections `formats` and `instructions`, YAML
  std::vector<std::string> where;    ///< the chains that would use it
  std::vector<std::string> replaces; ///< mnemonics, in the order of the steps
  int64_t saving;                    ///< predicted cycles of the vector unit, over all chains
};

/// The proposals that save most, best first, at most `most`. Each counts with the ones before it
/// accepted. Chains hold instructions of `spec`.
std::vector<Proposal> propose(const Spec& spec, const std::vector<Chain>& chains, int most);

} // namespace npuforge::isa
