#pragma once
// A timing expression of the spec, resolved once: a constant plus multiples of streams' steps,
// which all closed forms of pipelines are; anything else is evaluated as the tree that it is.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "npuforge/isa/expression.h"
#include "npuforge/isa/machine.h"

namespace npuforge::simulator {

inline constexpr int kMaxStreams = 4;

class TimingExpression {
public:
  TimingExpression() = default;
  /// `streams` are the names of the instruction's streams in order.
  TimingExpression(const isa::ExprPtr& expr, const isa::Machine& machine,
                   const std::vector<std::string>& streams);
  /// `steps[i]` are the rows of stream i.
  int64_t value(std::span<const int64_t> steps) const;

private:
  bool fold(const isa::Expr& expr, int64_t sign);
  bool fold_name(const std::string& name, int64_t sign);

  int64_t constant_ = 0;
  std::array<int64_t, kMaxStreams> factors_{};
  isa::ExprPtr tree_; ///< null when the sum above says all
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, int64_t>> sizes_;
};

} // namespace npuforge::simulator
