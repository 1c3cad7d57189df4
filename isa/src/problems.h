#pragma once
// Collects what is wrong with a spec, so that a user sees all of it at once.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

#include "node.h"

namespace npuforge::isa {

class Problems {
public:
  void add(const Node& where, std::string message);
  /// At a character of a scalar's value.
  void add_inside(const Node& scalar, std::size_t offset, std::string message);

  std::size_t count() const { return diagnostics_.size(); }
  /// Throws SpecError with all problems in the order of the files' lines, if there are any.
  void throw_if_any();

private:
  std::vector<Diagnostic> diagnostics_;
};

} // namespace npuforge::isa
