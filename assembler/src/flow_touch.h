#pragma once
// What instructions touch: nothing outside their memories, and in no way that no machine does.

#include <map>
#include <set>

#include "flow_findings.h"
#include "flow_region.h"
#include "flow_scalar.h"

namespace npuforge::assembler {

class Touches {
public:
  Touches(const Program& program, const isa::Spec& spec, const ScalarText& text, Findings& findings)
      : program_(program), spec_(spec), text_(text), findings_(findings) {}

  /// Sets the step's regions, and says what is wrong with them. Those that are not known are left
  /// out.
  void find(FlowStep& step, const Scalars& scalars, int core);

  const Regions& regions() const { return regions_; }
  /// Says what has been left out.
  void finish();

private:
  /// Of a vector instruction: what overlap of its streams depends on.
  struct Overlap {
    uint32_t shift = 0;
    isa::Generator destination{}, source{};
    const char* wrong = nullptr;
  };

  bool find_cores(const FlowStep& step, int core);
  std::string wrong_overlap(uint32_t pc);
  const char* overlap(uint32_t pc, const isa::Stream& destination, const isa::Stream& source);
  bool overwrites_text(const isa::Stream& stream) const;

  const Program& program_;
  const isa::Spec& spec_;
  const ScalarText& text_;
  Findings& findings_;
  Regions regions_;
  ScalarText::Touched touched_; ///< of the last step
  std::map<std::pair<uint32_t, const isa::Stream*>, Overlap>
      overlaps_;               ///< that were looked at last
  std::set<uint32_t> unknown_; ///< instructions whose streams data decide over
};

} // namespace npuforge::assembler
