#pragma once
// The progress of a compilation on a terminal: which stage, and for how long.

#include <atomic>
#include <optional>
#include <thread>

namespace npuforge::tools {

/// Shown from a thread of its own, as a stage may take long without a word. Nothing is shown where
/// standard error is no terminal.
class Stages {
public:
  Stages();
  void next(const char* name); ///< a stage begins; `name` is a literal
  void done() { thread_.reset(); }

private:
  static constexpr int kCount = 4; ///< graph, tile, npu, program
  std::atomic<const char*> name_ = "";
  std::atomic<int> begun_ = 0;
  std::optional<std::jthread> thread_; ///< last: it uses the others
};

} // namespace npuforge::tools
