#pragma once
// A timing expression of the spec, resolved once: a constant plus multiples of streams' steps,
// which all closed forms of pipelines are; anything else is evaluated as the tree that it is.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "npuforge/isa/expression.h"
#include "npuforge/isa/machine.h"
#include "npuforge/isa/stream.h"

namespace npuforge::isa {

class TimingExpression {
public:
  TimingExpression() = default;
  /// `streams` are the names of the instruction's streams in order.
  TimingExpression(const ExprPtr& expr, const Machine& machine,
                   const std::vector<std::string>& streams);
  /// `steps[i]` are the rows of stream i.
  int64_t value(std::span<const int64_t> steps) const;

private:
  struct Affine {
    int64_t constant = 0;
    std::array<int64_t, kMaxStreams> factors{};
    bool is_constant() const;
    Affine& operator*=(int64_t by);
    Affine& operator+=(const Affine& other);
  };
  std::optional<Affine> fold(const Expr& expr) const; ///< nothing: it is no such sum
  std::optional<Affine> name(const std::string& name) const;
  int64_t evaluate(const Expr& expr, std::span<const int64_t> steps) const;

  Affine sum_;
  ExprPtr tree_; ///< null when the sum above says all
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, int64_t>> sizes_;
};

} // namespace npuforge::isa
