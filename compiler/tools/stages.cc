#include "stages.h"

#include <chrono>

#include <fmt/format.h>

#include "npuforge/isa/progress.h"

namespace npuforge::tools {

Stages::Stages() {
  if (!isa::ProgressBar::visible())
    return;
  thread_.emplace([this](std::stop_token stop) {
    isa::ProgressBar bar;
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      bar.show(static_cast<double>(begun_ - 1) / kCount,
               fmt::format("{}, {:.1f} s", name_.load(), bar.seconds()));
    }
  });
}

void Stages::next(const char* name) {
  name_ = name;
  ++begun_;
}

} // namespace npuforge::tools
