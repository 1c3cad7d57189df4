// Kernels: an expression as a straight line of steps, each a loop over a block of elements. Blocks
// are small enough that all columns of a step stay in the first-level cache.
#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <unordered_map>

#include "npuforge/isa/evaluate.h"

#include "loops.h"
#include "stored.h"

namespace npuforge::isa {
namespace {

constexpr int64_t kBlock = kMaxLanes;

struct alignas(64) Column {
  std::array<std::byte, kBlock * 8> bytes;
};

/// Where a step finds an argument: a column of the caller, a constant column, a temporary, or data
/// that are the same for all blocks.
struct Source {
  enum Kind : uint8_t { Input, Constant, Temporary, Data } kind;
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
  std::vector<std::vector<std::byte>> data;
  int temporaries = 0;
  int lanes = 1;
  int64_t block = kBlock; ///< elements of whole rows
  int result_bytes = 0;
};

namespace {

/// The node that computes: lets and conversions to the same integer type do not.
const Expr& computing(const Expr& expr) {
  const bool idle =
      expr.kind == ExprKind::Let || (expr.kind == ExprKind::Call && op_of(expr) == Op::Convert &&
                                     expr.type == expr.args[0]->type && !is_float(expr.type));
  return idle ? computing(*expr.args[0]) : expr;
}

/// Turns a DAG into steps, arguments first; a node that is shared is computed once. Temporaries are
/// given back when their last reader has been compiled.
class Compiler {
public:
  Compiler(const std::vector<Symbol>& inputs, Kernel::Impl& kernel)
      : inputs_(inputs), kernel_(kernel) {}

  void compile(const Expr& root) {
    count_uses(root);
    Source result = visit(root);
    if (result.kind != Source::Temporary) // a name or literal alone is copied
      emit(find_loop(Op::Bitcast, root.type, root.type), root.type, {result});
  }

private:
  void count_uses(const Expr& expr) {
    const Expr& node = computing(expr);
    if (uses_[&node]++ == 0)
      for (const ExprPtr& arg : node.args)
        count_uses(*arg);
  }

  Source visit(const Expr& expr) {
    const Expr& node = computing(expr);
    const auto known = sources_.find(&node);
    if (known != sources_.end())
      return known->second;
    const Source source = compile_node(node);
    sources_[&node] = source;
    return source;
  }

  Source compile_node(const Expr& node) {
    const Op op = op_of(node);
    if (op == Op::Literal)
      return constant(node.literal, node.type);
    if (op == Op::Name)
      return input(node);
    if (op == Op::LaneIndex)
      return lane_indices();
    std::vector<Source> args;
    for (const ExprPtr& arg : node.args)
      args.push_back(visit(*arg));
    const Source result = operation(op, node, args);
    for (const ExprPtr& arg : node.args)
      release(*arg);
    return result;
  }

  Source operation(Op op, const Expr& node, std::vector<Source> args) {
    if (op == Op::Index)
      return emit(index_loop(node.type), node.type,
                  {args[0], table(*node.table), mask(*node.table)});
    if (is_lane_reduction(op))
      return emit(row_loop(node.type), node.type, {args[0], reduction(op, node.type)});
    const bool counts = op == Op::ShiftLeft || op == Op::ShiftRight || op == Op::RoundShift;
    if (!counts || args[1].type == node.type)
      return emit(find_loop(op, args[0].type, node.type), node.type, args);
    // A shift's count gets the type of what is shifted: the low bits are what counts.
    args[1] = emit(find_loop(Op::Convert, args[1].type, node.type), node.type, {args[1]});
    const Source result = emit(find_loop(op, node.type, node.type), node.type, args);
    free_.push_back(args[1].index);
    return result;
  }

  Source emit(Loop loop, Type type, const std::vector<Source>& args) {
    Step step{loop, {}, take()};
    step.args.fill(args[0]);
    std::copy(args.begin(), args.end(), step.args.begin());
    kernel_.steps.push_back(step);
    return {Source::Temporary, step.out, type};
  }

  /// Arguments are given back after the result was taken, so that the two never overlap.
  void release(const Expr& expr) {
    const Expr& node = computing(expr);
    const Source source = sources_.at(&node);
    if (--uses_[&node] == 0 && source.kind == Source::Temporary)
      free_.push_back(source.index);
  }

  int take() {
    if (free_.empty())
      return kernel_.temporaries++;
    int index = free_.back();
    free_.pop_back();
    return index;
  }

  template <class Value>
  Source column(Type type, Value value) {
    std::byte* column = kernel_.constants.emplace_back().bytes.data();
    for (int64_t i = 0; i < kBlock; ++i)
      store(type, value(i), column + i * bytes_of(type));
    return {Source::Constant, static_cast<int>(kernel_.constants.size()) - 1, type};
  }
  Source constant(int64_t value, Type type) {
    return column(type, [value](int64_t) { return value; });
  }
  Source lane_indices() {
    return column(Type::I32, [this](int64_t i) { return i % kernel_.lanes; });
  }

  Source data(std::vector<std::byte> bytes, Type type) {
    kernel_.data.push_back(std::move(bytes));
    return {Source::Data, static_cast<int>(kernel_.data.size()) - 1, type};
  }
  Source table(const Table& table) {
    std::vector<std::byte> bytes(table.values.size() * bytes_of(table.type));
    for (std::size_t i = 0; i < table.values.size(); ++i)
      store(table.type, table.values[i], &bytes[i * bytes_of(table.type)]);
    return data(std::move(bytes), table.type);
  }
  Source mask(const Table& table) {
    return constant(static_cast<int64_t>(table.values.size()) - 1, Type::U32);
  }
  Source reduction(Op op, Type type) {
    const RowReduction reduction{find_loop(combining(op), type, type), kernel_.lanes};
    std::vector<std::byte> bytes(sizeof reduction);
    std::memcpy(bytes.data(), &reduction, sizeof reduction);
    return data(std::move(bytes), type);
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
  Kernel::Impl& kernel_;
  std::unordered_map<const Expr*, int> uses_;
  std::unordered_map<const Expr*, Source> sources_;
  std::vector<int> free_;
};

} // namespace

Kernel::Kernel(const Expr& expr, const std::vector<Symbol>& inputs, int lanes)
    : impl_(std::make_unique<Impl>()) {
  if (lanes < 1 || lanes > kMaxLanes)
    throw std::invalid_argument("a kernel has 1 to " + std::to_string(kMaxLanes) + " lanes");
  impl_->lanes = lanes;
  const ExprPtr whole = inlined(ExprPtr(std::shared_ptr<void>(), &expr)); // owns what is new alone
  Compiler(inputs, *impl_).compile(*whole);
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
      case Source::Data:
        return impl_->data[source.index].data();
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
