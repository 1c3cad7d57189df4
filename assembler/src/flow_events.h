#pragma once
// Whether cores that wait for each other's events all come to their ends.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

#include "flow_units.h"

namespace npuforge::assembler {

struct EventCheck {
  std::vector<std::string> problems;
  bool complete = true; ///< false: a walk was given up after `most` steps
};

/// `cores`: what each core's sequencer gives its units, in order, with every event known. One way
/// for all of it to happen stands for all, since a counter's signals go to one unit, in order:
/// instructions that can never be executed are a deadlock. A counter holds most just before an
/// await takes from it: what comes while that await is held back is what it has to have room for.
/// `print`: an instruction by its number.
EventCheck check_events(std::span<const std::span<const FlowStep>> cores,
                        const isa::Machine& machine, int64_t most,
                        const std::function<std::string(uint32_t pc)>& print);

} // namespace npuforge::assembler
