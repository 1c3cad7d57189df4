#include "progress.h"

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

constexpr uint64_t kLookEvery = 1024; ///< instructions between looks at the clock

} // namespace

void Progress::on_complete(const InstructionEvent& event) {
  if (++seen_ % kLookEvery != 0 || !bar_.due())
    return;
  // Where in the text it is: close enough, as compiled programs run through their layers in order.
  double done = (ended_ + static_cast<double>(event.pc + 1) / text_size_) / runs_;
  double cycles = cycles_ + static_cast<double>(event.complete);
  bar_.show(done, fmt::format("{:.0f} cycles, {:.1f} million a second", cycles,
                              cycles / bar_.seconds() / 1e6));
}

void Progress::end_run(int64_t cycles) {
  ++ended_;
  cycles_ += static_cast<double>(cycles);
}

} // namespace npuforge::simulator
