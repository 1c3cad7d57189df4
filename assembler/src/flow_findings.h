#pragma once
// What a check finds, each instruction's first mistake.

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "npuforge/assembler/flow.h"

#include "flow_scalar.h"

namespace npuforge::assembler {

class Findings {
public:
  Findings(const ScalarText& text, bool several_cores)
      : text_(text), several_cores_(several_cores) {}

  template <typename... Args>
  void problem(int core, uint32_t pc, fmt::format_string<Args...> format, Args&&... args) {
    if (problems_.size() < kMost && seen_.insert(pc).second)
      problems_.push_back(
          fmt::format("{}{}: {}", several_cores_ ? fmt::format("core {}: ", core) : "",
                      text_.print(pc), fmt::format(format, std::forward<Args>(args)...)));
  }
  void add(std::vector<std::string> problems) {
    problems_.insert(problems_.end(), problems.begin(), problems.end());
  }
  /// Says once what has not been checked.
  void leave_out(const std::string& what) {
    if (std::find(left_out_.begin(), left_out_.end(), what) == left_out_.end())
      left_out_.push_back(what);
  }

  bool none() const { return problems_.empty(); }
  FlowCheck take() { return {std::move(problems_), std::move(left_out_)}; }

private:
  static constexpr std::size_t kMost = 20;

  const ScalarText& text_;
  const bool several_cores_;
  std::set<uint32_t> seen_; ///< instructions with a problem
  std::vector<std::string> problems_, left_out_;
};

} // namespace npuforge::assembler
