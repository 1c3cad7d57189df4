#include "flow_units.h"

namespace npuforge::assembler {

void exchange(Tokens& tokens, const FlowStep& step) {
  const auto unit = static_cast<std::size_t>(step.unit);
  for (std::size_t other = 0; (step.wait | step.post) >> other != 0; ++other) {
    tokens[other][unit] -= static_cast<int>(step.wait >> other & 1);
    tokens[unit][other] += static_cast<int>(step.post >> other & 1);
  }
}

const char* missing(const Tokens& there, const FlowStep& step, int token_max) {
  const auto unit = static_cast<std::size_t>(step.unit);
  for (std::size_t other = 0; (step.wait | step.post) >> other != 0; ++other) {
    if ((step.wait >> other & 1) != 0 && there[other][unit] == 0) {
      return "waits for tokens that no instruction gives";
    }
    if ((step.post >> other & 1) != 0 && there[unit][other] == token_max) {
      return "gives a token where there are as many as there may be";
    }
  }
  return nullptr;
}

} // namespace npuforge::assembler
