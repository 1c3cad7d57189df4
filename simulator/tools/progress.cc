#include "progress.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

constexpr uint64_t kLookEvery = 1024; ///< instructions between looks at the clock
constexpr double kQuiet = 2, kInterval = 0.1;
constexpr int kWidth = 30;

} // namespace

Progress::~Progress() {
  if (shown_ > 0)
    std::fputs("\r\033[K", stderr);
}

void Progress::on_complete(const InstructionEvent& event) {
  if (++seen_ % kLookEvery != 0)
    return;
  double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (seconds < kQuiet || seconds - shown_ < kInterval)
    return;
  shown_ = seconds;
  show(event, seconds);
}

void Progress::show(const InstructionEvent& event, double seconds) {
  // Where in the text it is: close enough, as compiled programs run through their layers in order.
  int done = static_cast<int>(kWidth * (event.pc + 1) / text_size_);
  std::string line =
      fmt::format("\r[{:<{}}] {} cycles, {:.1f} million a second ", std::string(done, '#'), kWidth,
                  event.complete, static_cast<double>(event.complete) / seconds / 1e6);
  std::fputs(line.c_str(), stderr);
}

} // namespace npuforge::simulator
