#pragma once
// A progress line on a terminal for runs of more than two seconds: how far in the text, cycles,
// speed.

#include <chrono>

#include "npuforge/simulator/events.h"

namespace npuforge::simulator {

class Progress : public EventSink {
public:
  explicit Progress(size_t text_size) : text_size_(text_size) {}
  ~Progress() override;
  void on_complete(const InstructionEvent& event) override;

private:
  void show(const InstructionEvent& event, double seconds);

  using Clock = std::chrono::steady_clock;
  size_t text_size_;
  Clock::time_point start_ = Clock::now();
  uint64_t seen_ = 0;
  double shown_ = 0;
};

} // namespace npuforge::simulator
