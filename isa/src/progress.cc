#include "npuforge/isa/progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace npuforge::isa {
namespace {

constexpr double kQuiet = 2, kInterval = 0.1; // seconds
constexpr int kWidth = 30;

} // namespace

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)), on_(visible()) {}

ProgressBar::~ProgressBar() {
  clear();
}

bool ProgressBar::visible() {
  return ::isatty(STDERR_FILENO) != 0;
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool ProgressBar::due() {
  if (!on_)
    return false;
  double now = seconds();
  return now >= kQuiet && now - shown_ >= kInterval;
}

void ProgressBar::show(double done, std::string_view text) {
  if (!due())
    return;
  shown_ = seconds();
  auto filled = static_cast<size_t>(kWidth * std::clamp(done, 0.0, 1.0));
  std::string line = fmt::format("\r{}{}[{:<{}}] {}\033[K", label_, label_.empty() ? "" : " ",
                                 std::string(filled, '#'), kWidth, text);
  std::fputs(line.c_str(), stderr);
}

void ProgressBar::clear() {
  if (shown_ > 0)
    std::fputs("\r\033[K", stderr);
  shown_ = 0;
}

} // namespace npuforge::isa
