#pragma once
// A text as a graph: which instruction may follow which.

#include <cstdint>
#include <optional>
#include <vector>

#include "npuforge/assembler/program.h"

#include "flow_scalar.h"

namespace npuforge::assembler {

class Ways {
public:
  Ways(const Program& program, const ScalarText& text);

  /// Where every way from a branch on comes by; the text's size if none of them goes on.
  uint32_t join(uint32_t pc) const { return joins_[pc].value_or(size()); }
  /// Does a branch lead back to it?
  bool is_head(uint32_t pc) const { return heads_[pc]; }
  /// Does a halt end the program?
  bool ends(uint32_t pc) const;

private:
  uint32_t size() const { return static_cast<uint32_t>(joins_.size()); }
  const Stop* stop_at(uint32_t pc) const;

  const Program& program_;
  std::vector<bool> heads_;
  std::vector<std::optional<uint32_t>> joins_;
};

} // namespace npuforge::assembler
