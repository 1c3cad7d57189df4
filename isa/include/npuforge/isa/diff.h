#pragma once
// What changed between two specs, and what programs built for the old one feel of it.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

enum class ChangeArea : uint8_t {
  Programs, ///< encodings, instructions, meaning
  Hardware, ///< sizes, queues
  Timing,   ///< of instructions
  Text      ///< names, syntax, prose: what only people and assembly text see
};
const char* name(ChangeArea area);

struct Change {
  ChangeArea area;
  std::vector<std::string> subjects; ///< mnemonics that changed alike, or one other thing
  std::string what;                  ///< "operand rd: bits 24:20 are now 25:21"
  bool in_hash;                      ///< the hash covers it
  bool breaks;                       ///< old words mean something else or nothing, or may not fit
};

/// Changes by area, then in the order of the specs. Old binaries are accepted if and only if no
/// change is in the hash; they could run if assembled again if and only if no change breaks.
std::vector<Change> compare(const Spec& before, const Spec& after);

} // namespace npuforge::isa
