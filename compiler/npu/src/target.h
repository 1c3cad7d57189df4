#pragma once
// The instructions of a spec by what they do; those of the vector unit: vector_functions.h.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::npu {

/// An instruction and which of its operands plays which role.
struct Choice {
  const isa::Instruction* instruction = nullptr;
  std::map<std::string, std::string, std::less<>> operands; ///< role -> operand's name

  explicit operator bool() const { return instruction; }
  const std::string& operand(std::string_view role) const { return operands.find(role)->second; }
  bool has(std::string_view role) const { return operands.count(role); }
};

class Target {
public:
  explicit Target(const isa::Spec& spec);

  const isa::Spec& spec() const { return *spec_; }
  /// The instruction of an action that has only one shape; null if the spec has none.
  const isa::Instruction* action(isa::Action action) const;
  /// Of an action that several units know.
  const isa::Instruction* action(isa::Action action, std::string_view unit) const;
  /// The preload or multiply of elements of a type ("i8", "f32"); null if the spec has none.
  const isa::Instruction* array(isa::Action action, std::string_view element) const;
  /// What the first multiply of the spec multiplies; "" if there is none.
  std::string arrayElement() const;
  /// The instruction that sets a generator's level, with or without a window.
  const isa::Instruction* setLevel(bool window) const;
  /// A scalar instruction; roles "a", "b", "result". `immediate`: b is a constant in the word.
  Choice scalar(std::string_view function, bool immediate) const;
  /// The branch taken when register a is less than register b; roles "a", "b".
  Choice branchIfLess() const;
  /// What the compiler needs and the spec lacks, vector instructions apart, one line each.
  std::vector<std::string> missing() const;

private:
  void addCores(std::vector<std::string>& list) const;

  const isa::Spec* spec_;
};

/// Is `candidate` the same expression as `pattern` up to the names? Adds pattern name -> candidate
/// name; `names` may hold bindings from an earlier call, which must agree.
bool matches(const isa::Expr& pattern, const isa::Expr& candidate,
             std::map<std::string, std::string, std::less<>>& names);

} // namespace npuforge::npu
