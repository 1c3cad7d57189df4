#include "endless.h"

#include <algorithm>
#include <vector>

#include "micro_op.h"

namespace npuforge::simulator {
namespace {

struct Loop {
  uint32_t begin, end; ///< its first instruction and the branch back to it
};

std::vector<Loop> loops_of(const std::vector<MicroOp>& text, uint32_t pc) {
  std::vector<Loop> loops;
  for (uint32_t end = pc; end < text.size(); ++end) {
    const MicroOp& op = text[end];
    if (!op.plan || op.plan->action != isa::Action::Branch)
      continue;
    const int64_t begin = op.operands[static_cast<size_t>(op.plan->roles.target)].value;
    if (begin >= 0 && begin <= pc)
      loops.push_back({static_cast<uint32_t>(begin), end});
  }
  std::sort(loops.begin(), loops.end(),
            [](const Loop& a, const Loop& b) { return a.end - a.begin < b.end - b.begin; });
  return loops;
}

} // namespace

std::string loops_around(const RunContext& context, uint32_t pc) {
  std::string text, last;
  for (const Loop& loop : loops_of(*context.text, pc)) {
    const int32_t layer = (*context.text)[loop.end].layer;
    if (layer < 0)
      continue;
    const std::string& name = context.program->layers[static_cast<size_t>(layer)].layer;
    if (name != last)
      text += (text.empty() ? "; it is in the loop of '" : ", in that of '") + name + "'";
    last = name;
  }
  return text;
}

} // namespace npuforge::simulator
