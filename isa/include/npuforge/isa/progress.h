#pragma once
// The progress bar of the programs.

#include <chrono>
#include <string>
#include <string_view>

namespace npuforge::isa {

/// A line on standard error for work of more than two seconds, if that is a terminal; nothing
/// otherwise. It is gone when the object is.
class ProgressBar {
public:
  explicit ProgressBar(std::string label = ""); ///< shown before the bar
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  static bool visible(); ///< whether standard error is a terminal
  /// Whether it is time to show it, at most ten times a second. Looks at the clock.
  bool due();
  /// Shows it when it is due: `done` is the share of the work, 0 to 1; `text` stands behind.
  void show(double done, std::string_view text);
  void clear();
  double seconds() const; ///< since it was made

private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  Clock::time_point start_ = Clock::now();
  double shown_ = 0; ///< when it was last; 0: it is not on the terminal
  bool on_;
};

} // namespace npuforge::isa
