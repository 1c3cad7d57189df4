// Kernels: an expression as a straight line of steps, each a loop over a block of elements. Blocks
// are small enough that all columns of a step stay in the first-level cache.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "npuforge/isa/evaluate.h"

#include "loops.h"
#include "stored.h"

namespace npuforge::isa {
namespace {

constexpr int64_t kBlock = 512;

struct alignas(64) Column {
  std::array<std::byte, kBlock * 8> bytes;
};

/// Where a step finds an argument: a column of the caller, a constant, or a temporary.
struct Source {
  enum Kind : uint8_t { Input, Constant, Temporary } kind;
  int index;
  Type type;
};

struct Step {
  Loop loop;
  std::array<Source, 3> args; // fewer arguments: the first one repeated
  int out;                    // temporary; the last step writes the caller's output instead
};

} // namespace

struct Kernel::Impl {
  std::vector<Step> steps;
  std::vector<Column> constants;
  int temporaries = 0;
  int64_t block = kBlock; ///< elements of whole rows
  int result_bytes = 0;
};

namespace {

/// Turns a tree into steps, arguments first. Temporaries are given back once they have been read.
class Compiler {
public:
  Compiler(const std::vector<Symbol>& inputs, std::vector<Step>& steps,
           std::vector<Column>& constants)
      : inputs_(inputs), steps_(steps), constants_(constants) {}

  int compile(const Expr& root) {
    Source result = visit(root);
    if (result.kind != Source::Temporary) // a name or literal alone is copied
      emit(Op::Bitcast, root.type, {result});
    return used_;
  }

private:
  Source visit(const Expr& expr) {
    const Op op = op_of(expr);
    if (op == Op::Literal)
      return constant(expr.literal, expr.type);
    if (op == Op::Name)
      return input(expr);
    std::vector<Source> args;
    for (const ExprPtr& arg : expr.args)
      args.push_back(visit(*arg));
    if (op == Op::ShiftLeft || op == Op::ShiftRight || op == Op::RoundShift)
      args[1] = converted(args[1], expr.type); // the low bits are what counts
    return emit(op, expr.type, args);
  }

  Source converted(Source value, Type type) {
    return value.type == type ? value : emit(Op::Convert, type, {value});
  }

  Source emit(Op op, Type type, const std::vector<Source>& args) {
    Step step;
    step.loop = find_loop(op, args[0].type, type);
    step.args.fill(args[0]);
    std::copy(args.begin(), args.end(), step.args.begin());
    step.out = take(); // before the arguments are given back: output and arguments never overlap
    for (const Source& arg : args)
      if (arg.kind == Source::Temporary)
        free_.push_back(arg.index);
    steps_.push_back(step);
    return {Source::Temporary, step.out, type};
  }

  int take() {
    if (free_.empty())
      return used_++;
    int index = free_.back();
    free_.pop_back();
    return index;
  }

  Source constant(int64_t value, Type type) {
    std::byte* column = constants_.emplace_back().bytes.data();
    for (int64_t i = 0; i < kBlock; ++i)
      store(type, value, column + i * bytes_of(type));
    return {Source::Constant, static_cast<int>(constants_.size()) - 1, type};
  }

  Source input(const Expr& expr) {
    auto found = std::find_if(inputs_.begin(), inputs_.end(),
                              [&](const Symbol& symbol) { return symbol.name == expr.text; });
    if (found == inputs_.end() || found->type != expr.type)
      throw std::invalid_argument("a kernel's expression uses '" + expr.text +
                                  "', which is no input of type " + name(expr.type));
    return {Source::Input, static_cast<int>(found - inputs_.begin()), expr.type};
  }

  const std::vector<Symbol>& inputs_;
  std::vector<Step>& steps_;
  std::vector<Column>& constants_;
  std::vector<int> free_;
  int used_ = 0;
};

} // namespace

Kernel::Kernel(const Expr& expr, const std::vector<Symbol>& inputs, int lanes)
    : impl_(std::make_unique<Impl>()) {
  if (lanes < 1 || lanes > kBlock)
    throw std::invalid_argument("a kernel has 1 to " + std::to_string(kBlock) + " lanes");
  impl_->temporaries = Compiler(inputs, impl_->steps, impl_->constants).compile(expr);
  impl_->block = kBlock / lanes * lanes;
  impl_->result_bytes = bytes_of(expr.type);
}

Kernel::~Kernel() = default;
Kernel::Kernel(Kernel&&) noexcept = default;
Kernel& Kernel::operator=(Kernel&&) noexcept = default;

void Kernel::run(std::span<const void* const> inputs, void* output, int64_t count) const {
  static thread_local std::vector<Column> temporaries;
  if (temporaries.size() < static_cast<std::size_t>(impl_->temporaries))
    temporaries.resize(impl_->temporaries);

  for (int64_t first = 0; first < count; first += impl_->block) {
    int64_t block = std::min(impl_->block, count - first);
    auto column = [&](Source source) -> const void* {
      switch (source.kind) {
      case Source::Input:
        return static_cast<const std::byte*>(inputs[source.index]) + first * bytes_of(source.type);
      case Source::Constant:
        return impl_->constants[source.index].bytes.data();
      case Source::Temporary:
        break;
      }
      return temporaries[source.index].bytes.data();
    };
    for (const Step& step : impl_->steps) {
      bool last = &step == &impl_->steps.back();
      void* out = last ? static_cast<std::byte*>(output) + first * impl_->result_bytes
                       : temporaries[step.out].bytes.data();
      step.loop(column(step.args[0]), column(step.args[1]), column(step.args[2]), out, block);
    }
  }
}

} // namespace npuforge::isa
