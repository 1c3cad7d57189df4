// The operations under test: the Verilated module, the host's answer, and where operands come from.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cases.h"

namespace npuforge::fp {

/// All that an operation outputs. `second` and `flags` are a comparison's (maximum; less, equal,
/// unordered from bit 0 up).
struct Result {
  uint64_t value = 0, second = 0;
  uint32_t flags = 0;
  bool operator==(const Result&) const = default;
};

struct Operation {
  std::string name;
  /// The RTL's results of many cases.
  std::function<void(std::span<const Case>, std::span<Result>)> simulate;
  /// The host's result of one.
  std::function<Result(const Case&)> expected;
  /// A random case.
  std::function<Case(Random&)> draw;
  /// Cases that are always run before random ones: writes case `index`, false when there are no
  /// more.
  std::function<bool(uint64_t, Case&)> fixed;
  /// With the fixed cases all there are has been run.
  bool exhaustive = false;
  /// Where all operands together have 32 bits, so that all cases can be run: the case of an index.
  std::function<Case(uint32_t)> all = {};
};

/// Every operation of rtl/fp/operations.txt.
std::vector<Operation> operations();

} // namespace npuforge::fp
