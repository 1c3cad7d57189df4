// Kernels: an expression as a straight line of steps, each a loop over a block of elements that the
// compiler vectorises. Blocks are small enough that all columns of a step stay in the first-level
// cache.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "npuforge/isa/evaluate.h"

#include "apply.h"

namespace npuforge::isa {
namespace {

constexpr int64_t kBlock = 256;

using Column = std::array<int64_t, kBlock>;
using StepFunction = void (*)(const int64_t* a, const int64_t* b, const int64_t* c, int64_t* out,
                              int64_t count);

template <Op op, Type type>
void loop(const int64_t* a, const int64_t* b, const int64_t* c, int64_t* __restrict out,
          int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    out[i] = apply<op, type>(a[i], b[i], c[i]);
}

/// Where a step finds an argument: a column of the caller, a constant, or a temporary.
struct Source {
  enum Kind : uint8_t { Input, Constant, Temporary } kind;
  int index;
};

struct Step {
  StepFunction function;
  std::array<Source, 3> args; // fewer arguments: the first one repeated
  int out;                    // temporary; the last step writes the caller's output instead
};

} // namespace

struct Kernel::Impl {
  std::vector<Step> steps;
  std::vector<Column> constants;
  int temporaries = 0;
};

namespace {

/// Turns a tree into steps, arguments first. Temporaries are given back once they have been read.
class Compiler {
public:
  Compiler(const std::vector<std::string>& inputs, std::vector<Step>& steps,
           std::vector<Column>& constants)
      : inputs_(inputs), steps_(steps), constants_(constants) {}

  int compile(const Expr& root) {
    Source result = visit(root);
    if (result.kind != Source::Temporary) // a name or literal alone is copied
      emit(Op::Convert, Type::I64, {result});
    return used_;
  }

private:
  Source visit(const Expr& expr) {
    if (expr.kind == ExprKind::Literal)
      return constant(expr.literal);
    if (expr.kind == ExprKind::Name)
      return input(expr.text);
    std::vector<Source> args;
    for (const ExprPtr& arg : expr.args)
      args.push_back(visit(*arg));
    Op op = op_of(expr);
    if (op == Op::Convert && bits_of(expr.args[0]->type) <= bits_of(expr.type))
      return args[0]; // columns hold sign-extended values already
    return emit(op, expr.type, args);
  }

  Source emit(Op op, Type type, const std::vector<Source>& args) {
    Step step;
    step.function = dispatch(op, type, []<Op o, Type t>() -> StepFunction { return loop<o, t>; });
    step.args.fill(args[0]);
    std::copy(args.begin(), args.end(), step.args.begin());
    step.out = take(); // before the arguments are given back: output and arguments never overlap
    for (const Source& arg : args)
      if (arg.kind == Source::Temporary)
        free_.push_back(arg.index);
    steps_.push_back(step);
    return {Source::Temporary, step.out};
  }

  int take() {
    if (free_.empty())
      return used_++;
    int index = free_.back();
    free_.pop_back();
    return index;
  }

  Source constant(int64_t value) {
    constants_.emplace_back().fill(value);
    return {Source::Constant, static_cast<int>(constants_.size()) - 1};
  }

  Source input(const std::string& name) {
    auto found = std::find(inputs_.begin(), inputs_.end(), name);
    if (found == inputs_.end())
      throw std::invalid_argument("a kernel's expression uses '" + name + "', which is no input");
    return {Source::Input, static_cast<int>(found - inputs_.begin())};
  }

  const std::vector<std::string>& inputs_;
  std::vector<Step>& steps_;
  std::vector<Column>& constants_;
  std::vector<int> free_;
  int used_ = 0;
};

} // namespace

Kernel::Kernel(const Expr& expr, std::vector<std::string> inputs)
    : impl_(std::make_unique<Impl>()) {
  impl_->temporaries = Compiler(inputs, impl_->steps, impl_->constants).compile(expr);
}

Kernel::~Kernel() = default;
Kernel::Kernel(Kernel&&) noexcept = default;
Kernel& Kernel::operator=(Kernel&&) noexcept = default;

void Kernel::run(std::span<const int64_t* const> inputs, int64_t* output, int64_t count) const {
  static thread_local std::vector<Column> temporaries;
  if (temporaries.size() < static_cast<std::size_t>(impl_->temporaries))
    temporaries.resize(impl_->temporaries);

  for (int64_t first = 0; first < count; first += kBlock) {
    int64_t block = std::min(kBlock, count - first);
    auto column = [&](Source source) -> const int64_t* {
      switch (source.kind) {
      case Source::Input:
        return inputs[source.index] + first;
      case Source::Constant:
        return impl_->constants[source.index].data();
      case Source::Temporary:
        break;
      }
      return temporaries[source.index].data();
    };
    for (const Step& step : impl_->steps) {
      bool last = &step == &impl_->steps.back();
      int64_t* out = last ? output + first : temporaries[step.out].data();
      step.function(column(step.args[0]), column(step.args[1]), column(step.args[2]), out, block);
    }
  }
}

} // namespace npuforge::isa
