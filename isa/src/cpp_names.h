#pragma once
// Names of a spec as C++ identifiers.

#include <set>
#include <string>

namespace npuforge::isa::cpp {

/// One scope of a generated file: every name that it gives is an identifier and is given once.
class Scope {
public:
  /// `taken` are the names that the scope has already.
  explicit Scope(std::set<std::string> taken) : taken_(std::move(taken)) {}
  /// The name itself with '.' as '_'; with '_' behind it as long as it is a word of C++ or taken.
  std::string give(std::string name);

private:
  std::set<std::string> taken_;
};

} // namespace npuforge::isa::cpp
