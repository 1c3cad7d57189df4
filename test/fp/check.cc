// fp_check: every operation of rtl/fp, Verilated, against the host, bit by bit. Exit status 0 only
// if nothing differs.
#include <algorithm>
#include <cfenv>
#include <ctime>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "operations.h"

namespace npuforge::fp {
namespace {

struct Options {
  uint64_t cases = 1'000'000;
  uint64_t seed = 1;
  bool exhaustive = false;
  std::vector<std::string> names;
};

struct Count {
  uint64_t cases = 0, differences = 0;
  double seconds = 0; // of the processor, in the RTL's simulation alone
};

// Runs cases in blocks, so that the clock is read seldom.
class Checker {
public:
  explicit Checker(const Operation& operation) : operation_(operation) {}

  void add(const Case& x) {
    block_.push_back(x);
    if (block_.size() == 4096)
      flush();
  }

  Count finish() {
    flush();
    return count_;
  }

private:
  void flush() {
    results_.resize(block_.size());
    const std::clock_t start = std::clock();
    operation_.simulate(block_, results_);
    count_.seconds += double(std::clock() - start) / CLOCKS_PER_SEC;
    for (size_t i = 0; i < block_.size(); ++i)
      compare(block_[i], results_[i]);
    count_.cases += block_.size();
    block_.clear();
  }

  void compare(const Case& x, const Result& seen) {
    const Result expected = operation_.expected(x);
    if (seen == expected)
      return;
    if (count_.differences++ < 5)
      fmt::print(
          stderr,
          "{}: a {:08x} b {:08x} c {:08x}: host {:08x} {:08x} {:x}, RTL {:08x} {:08x} {:x}\n",
          operation_.name, x.a, x.b, x.c, expected.value, expected.second, expected.flags,
          seen.value, seen.second, seen.flags);
  }

  const Operation& operation_;
  std::vector<Case> block_;
  std::vector<Result> results_;
  Count count_;
};

Count run(const Operation& operation, const Options& options) {
  Checker checker(operation);
  Case x;
  if (options.exhaustive && operation.all) {
    for (uint64_t index = 0; index >> 32 == 0; ++index)
      checker.add(operation.all(static_cast<uint32_t>(index)));
    return checker.finish();
  }
  uint64_t count = 0;
  for (; operation.fixed(count, x); ++count)
    checker.add(x);
  Random random(options.seed);
  for (; !operation.exhaustive && count < options.cases; ++count)
    checker.add(operation.draw(random));
  return checker.finish();
}

int check(const Options& options) {
  const std::vector<Operation> all = operations();
  for (const std::string& name : options.names) {
    if (std::ranges::none_of(all, [&](const Operation& o) { return o.name == name; })) {
      fmt::print(stderr, "fp_check: no operation is called {}\n", name);
      return 2;
    }
  }
  uint64_t differences = 0;
  fmt::print("{:<14}{:>16}{:>14}{:>20}\n", "operation", "cases", "differences", "million a second");
  for (const Operation& operation : all) {
    if (!options.names.empty() &&
        std::ranges::find(options.names, operation.name) == options.names.end())
      continue;
    const Count count = run(operation, options);
    differences += count.differences;
    fmt::print("{:<14}{:>16}{:>14}{:>20.1f}\n", operation.name, count.cases, count.differences,
               double(count.cases) / 1e6 / count.seconds);
    std::fflush(stdout);
  }
  return differences == 0 ? 0 : 1;
}

} // namespace
} // namespace npuforge::fp

int main(int argc, char** argv) {
  npuforge::fp::Options options;
  CLI::App app("Checks the floating-point modules of rtl/fp against the host.");
  app.add_option("--cases", options.cases,
                 "cases an operation (fixed ones and exhaustive conversions come in any case)")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the random cases")->capture_default_str();
  app.add_flag("--exhaustive", options.exhaustive,
               "all 2^32 cases of what has one operand of 32 bits, and of f16 and bf16 multiply");
  app.add_option("operations", options.names, "only these (default: all)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::fesetround(FE_TONEAREST);
  return npuforge::fp::check(options);
}
