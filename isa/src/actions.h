#pragma once
// What each action of a unit needs: one table for the checks of operands and semantics.

#include <optional>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// An operand that the unit's hardware knows by name.
struct OperandRule {
  const char* name;
  OperandKind kind;
  std::optional<Access> access;            ///< where it matters
  std::optional<Space> space;              ///< streams
  std::optional<Type> type = std::nullopt; ///< streams
  bool required = true;
};

/// A kind of operand that the action's expressions may use under any name.
struct FreeRule {
  OperandKind kind;
  bool written; ///< may (and must, exactly once) be written
};

struct ActionRule {
  Action action;
  std::vector<Unit> units; ///< that can do it
  std::vector<OperandRule> operands;
  std::vector<FreeRule> free;
  std::vector<const char*> expressions; ///< keys of `semantics` that hold expressions
};

const ActionRule& rule_of(Action action);

} // namespace npuforge::isa
