// Speed of kernels over blocks of 1,024 elements: prints a JSON object of million elements a
// second.
#include <chrono>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "npuforge/isa/evaluate.h"

namespace npuforge::isa {
namespace {

constexpr int64_t kElements = 1024;

/// Million elements a second: the best of several runs, because others may use the machine.
double speed_of(const char* text, Type type) {
  const std::vector<Symbol> symbols{{"a", type}, {"b", type}};
  const Kernel kernel(*type_check(parse_expression(text), symbols), symbols);
  const std::vector<int64_t> a(kElements), b(kElements);
  std::vector<int64_t> out(kElements);
  const void* const inputs[] = {a.data(), b.data()};
  double best = 0;
  for (int run = 0; run < 20; ++run) {
    constexpr int kBlocks = 5000;
    const auto start = std::chrono::steady_clock::now();
    for (int block = 0; block < kBlocks; ++block)
      kernel.run(inputs, out.data(), kElements);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(kBlocks * kElements) / seconds.count() / 1e6);
  }
  return best;
}

} // namespace
} // namespace npuforge::isa

int main() {
  using namespace npuforge::isa;
  struct {
    const char *what, *text;
    Type type;
  } const rows[] = {
      {"a + b, i32", "a + b", Type::I32},
      {"a + b, f32", "a + b", Type::F32},
      {"fma(a, b, a), f32", "fma(a, b, a)", Type::F32},
      {"a + b, f16", "a + b", Type::F16},
      {"requantise, i32", "i8(clamp(round_shift(i64(a) * i64(b), 31) + 3, -128, 127))", Type::I32},
  };
  std::string out;
  for (const auto& row : rows)
    out += fmt::format("{}\"{}\": {:.1f}", out.empty() ? "{" : ", ", row.what,
                       speed_of(row.text, row.type));
  std::puts((out + "}").c_str());
}
