#pragma once
// The list of changes while it grows.

#include <string>
#include <vector>

#include "npuforge/isa/diff.h"

namespace npuforge::isa {

/// What a program feels of a change. The hash covers all but Nothing.
enum class Effect { Nothing, Hash, Breaks };

class Changes {
public:
  void add(ChangeArea area, const std::string& subject, const std::string& what, Effect effect);
  /// "what: before is now after", if they differ.
  void add_if(ChangeArea area, const std::string& subject, const std::string& what,
              const std::string& before, const std::string& after, Effect effect);
  /// Changes of one wording in one entry, sorted by area.
  std::vector<Change> take();

private:
  std::vector<Change> changes_;
};

/// One instruction that is in both specs.
void compare_instructions(const Spec& before, const Instruction& old, const Spec& after,
                          const Instruction& now, Changes& changes);
/// The same in all but its names: mnemonic, syntax, prose, operands' names.
bool same_words(const Spec& before, const Instruction& old, const Spec& after,
                const Instruction& now);

} // namespace npuforge::isa
