#include "proof.h"

#include <bit>
#include <cmath>
#include <filesystem>
#include <future>
#include <iostream>
#include <set>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

constexpr double kSlack = 1e-6; // ulp: what quick() cannot decide

const Reference& reference_of(const Function& function) {
  const Reference* reference = find_reference(function.approximation->implements);
  if (!reference)
    throw std::invalid_argument(fmt::format("no reference for '{}', which {} implements",
                                            function.approximation->implements, function.name));
  return *reference;
}

Kernel kernel_of(const Spec& spec, const Function& function) {
  Scope scope{.symbols = {{"x", Type::F32}},
              .lets = {},
              .tables = spec.tables,
              .functions = spec.functions};
  ExprPtr call = type_check(parse_expression(function.name + "(x)"), scope);
  return Kernel(*call, scope.symbols);
}

/// Everything that decides a function's value, as text.
class Fingerprint {
public:
  std::string of(const Function& function) {
    add(function);
    return text_;
  }

private:
  void add(const Function& function) {
    if (!functions_.insert(&function).second)
      return;
    text_ += function.name + ":";
    for (const Symbol& parameter : function.parameters)
      text_ += parameter.name + " ";
    for (const ExprPtr& let : function.lets)
      add(*let);
    add(*function.result);
    if (const auto& claim = function.approximation)
      text_ += fmt::format("{} {} {} {}\n", claim->implements, claim->ulp, claim->low, claim->high);
  }
  void add(const Expr& expr) {
    if (!expressions_.insert(&expr).second)
      return;
    text_ += fmt::format("{}={}:{}\n", expr.text, print(expr), name(expr.type));
    if (expr.table && tables_.insert(expr.table.get()).second)
      text_ += fmt::format("{}\n", fmt::join(expr.table->values, ","));
    if (expr.function)
      add(*expr.function);
    for (const ExprPtr& arg : expr.args)
      add(*arg);
  }

  std::string text_;
  std::set<const Function*> functions_;
  std::set<const Expr*> expressions_;
  std::set<const Table*> tables_;
};

} // namespace

void Worst::merge(const Worst& other) {
  inputs += other.inputs;
  if (other.ulp > ulp) {
    ulp = other.ulp;
    x = other.x;
    got = other.got;
  }
}

std::string to_string(const Worst& worst) {
  return fmt::format("{:.4f} ulp at x = {:.9g} ({:#010x}), where it is {:.9g}, of {} inputs",
                     worst.ulp, worst.x, std::bit_cast<uint32_t>(worst.x), worst.got, worst.inputs);
}

Proof::Proof(const Spec& spec, const Function& function)
    : claim_(*function.approximation), reference_(reference_of(function)),
      kernel_(kernel_of(spec, function)) {}

std::vector<float> Proof::run(std::span<const uint32_t> inputs) const {
  std::vector<float> outputs(inputs.size());
  const void* column = inputs.data();
  kernel_.run({&column, 1}, outputs.data(), static_cast<int64_t>(inputs.size()));
  return outputs;
}

bool Proof::in_domain(float x) const {
  return std::isnan(x) || (x >= claim_.low && x <= claim_.high);
}

Worst Proof::exact(std::span<const uint32_t> inputs) const {
  std::vector<float> outputs = run(inputs);
  Worst worst;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    float x = std::bit_cast<float>(inputs[i]);
    if (in_domain(x))
      worst.merge({reference_.exact(x, outputs[i]), x, outputs[i], 1});
  }
  return worst;
}

Worst Proof::quick(std::span<const uint32_t> inputs, const Worst& known) const {
  std::vector<float> outputs = run(inputs);
  Worst worst = known;
  worst.inputs = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    float x = std::bit_cast<float>(inputs[i]), got = outputs[i];
    if (!in_domain(x))
      continue;
    bool near = error(got, reference_.quick(static_cast<double>(x))) > worst.ulp - kSlack;
    worst.merge({near ? reference_.exact(x, got) : 0, x, got, 1});
  }
  return worst;
}

Worst Proof::sweep(uint32_t first, uint32_t step) const {
  constexpr int64_t kBlock = 4096;
  const int64_t count = (0xffffffffLL - first) / step + 1;
  const int64_t threads = std::max(1u, std::thread::hardware_concurrency());
  auto block = [&](int64_t from, int64_t to, int64_t every) {
    std::vector<uint32_t> inputs;
    for (int64_t i = from; i < to; i += every)
      inputs.push_back(static_cast<uint32_t>(first + i * step));
    return inputs;
  };
  // A few inputs tell nearly the largest error, so that most of the others need no MPFR.
  const Worst sample = quick(block(0, count, std::max<int64_t>(1, count / kBlock)));
  auto part = [&](int64_t from, int64_t to) {
    Worst worst = sample;
    worst.inputs = 0;
    for (int64_t i = from; i < to; i += kBlock)
      worst.merge(quick(block(i, std::min(to, i + kBlock), 1), worst));
    return worst;
  };
  std::vector<std::future<Worst>> parts;
  for (int64_t t = 0; t < threads; ++t)
    parts.push_back(
        std::async(std::launch::async, part, count * t / threads, count * (t + 1) / threads));
  Worst worst;
  for (auto& result : parts)
    worst.merge(result.get());
  return worst;
}

void PrintTo(const Claim& claim, std::ostream* out) {
  *out << claim.machine << "'s " << claim.function->name;
}

std::vector<Claim> all_claims() {
  std::vector<Claim> claims;
  std::set<std::string> seen;
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NPUFORGE_MACHINE_DIR))
    if (entry.path().extension() == ".yaml")
      files.insert(entry.path());
  for (const auto& file : files)
    try {
      Spec spec = load_spec(file);
      for (const FunctionPtr& function : spec.functions)
        if (function->approximation && function->parameters.size() == 1 &&
            seen.insert(Fingerprint().of(*function)).second)
          claims.push_back({spec.machine.name, spec, function});
    } catch (const SpecError& error) {
      std::cerr << error.what() << "\n";
    }
  return claims;
}

} // namespace npuforge::isa
