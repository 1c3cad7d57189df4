#pragma once
// Evaluation of typed expressions: scalars one at a time, semantics over whole blocks of elements.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

/// Value of a scalar expression, as an int64_t (see type.h); `lookup` gives the value of each name.
/// One lane alone.
int64_t evaluate(const Expr& expr, const std::function<int64_t(std::string_view)>& lookup);

/// The value that a name has in a lane.
using LaneLookup = std::function<int64_t(std::string_view name, int lane)>;
/// Value in one of the `lanes` lanes of a row.
int64_t evaluate(const Expr& expr, const LaneLookup& lookup, int lane, int lanes);

/// An expression compiled for blocks: a straight line of operations over columns of elements.
class Kernel {
public:
  /// `expr` is typed; `inputs` are the names in the order in which run() gets their columns, used
  /// or not. Element e belongs to lane e % lanes; lane reductions combine the `lanes` consecutive
  /// elements of a row. Throws std::invalid_argument for a name that is no input of its type.
  Kernel(const Expr& expr, const std::vector<Symbol>& inputs, int lanes = 1);
  ~Kernel();
  Kernel(Kernel&&) noexcept;
  Kernel& operator=(Kernel&&) noexcept;

  /// Computes `count` elements, a multiple of `lanes`. Inputs and output are columns of values
  /// stored as their types (see type.h). The output overlaps no input. Const and free of shared
  /// state: threads may run one kernel at once.
  void run(std::span<const void* const> inputs, void* output, int64_t count) const;

  struct Impl; ///< of kernel.cc

private:
  std::unique_ptr<Impl> impl_;
};

} // namespace npuforge::isa
