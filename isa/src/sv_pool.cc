#include "sv_pool.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "sv_node.h"

namespace npuforge::isa::sv {
namespace {

/// Cells of a function in f32, as rtl/fp/README.md has them.
int cells_of(const std::string& function) {
  static const std::map<std::string, int> known{
      {"add", 1650},     {"mul", 4860},        {"fma", 6690},   {"from_i32", 530},
      {"from_u32", 400}, {"from_i64", 1030},   {"to_i32", 690}, {"to_u32", 700},
      {"to_i64", 1340},  {"to_integral", 770}, {"convert", 300}};
  const std::size_t name = function.find("::");
  const auto found =
      name == std::string::npos ? known.end() : known.find(function.substr(name + 2));
  return found == known.end() ? 100 : found->second;
}

UnitKind kind_of(const Graph& graph, int id, int lanes) {
  const Node& node = graph[id];
  UnitKind kind{"", node.type, {}, "", 0};
  for (int arg : node.args)
    kind.operands.push_back(graph[arg].type);
  if (is_lane_reduction(node.op)) {
    kind.function = node.op == Op::LaneSum   ? "lane_sum"
                    : node.op == Op::LaneMin ? "lane_min"
                                             : "lane_max";
    kind.cells = lanes * (is_float(node.type) ? 1650 : 4 * bits_of(node.type));
    return kind;
  }
  const FloatFunction function = float_function(graph, id);
  kind.function = function.name;
  kind.mode_operand = function.mode.empty() ? "" : "[1:0]";
  kind.cells = cells_of(kind.function);
  if (kind.result != Type::F32 && is_float(kind.result))
    kind.cells = kind.cells / 3; // 16 bits
  return kind;
}

/// A product is a fused multiply-add with -0, whatever its sign.
bool multiplies_too(const UnitKind& unit, const UnitKind& wanted) {
  return unit.result == wanted.result && unit.function.ends_with("::fma") &&
         wanted.function.ends_with("::mul");
}

UnitUse use_of(const Graph& graph, int id, const UnitKind& unit, const UnitKind& wanted) {
  UnitUse use{id, {}};
  if (!(unit == wanted))
    use.constants.push_back(literal_text(int64_t{1} << (bits_of(unit.result) - 1), unit.result));
  else if (const FloatFunction function = float_function(graph, id); !function.mode.empty())
    use.constants.push_back(function.mode);
  return use;
}

/// Aligns operations with the pool: fewest new cells, as in the edit distance of two words; a unit
/// in use costs its multiplexers.
class Alignment {
public:
  Alignment(const std::vector<SharedUnit>& pool, const std::vector<UnitKind>& wanted)
      : pool_(pool), wanted_(wanted), cost_((pool.size() + 1) * (wanted.size() + 1)) {
    for (std::size_t i = 0; i <= pool.size(); ++i)
      for (std::size_t j = 0; j <= wanted.size(); ++j)
        at(i, j) = cheapest(i, j);
  }

  /// For every place of the new pool: unit of the old one or -1, operation or -1.
  std::vector<std::pair<int, int>> steps() const {
    std::vector<std::pair<int, int>> result;
    std::size_t i = pool_.size(), j = wanted_.size();
    while (i > 0 || j > 0) {
      const bool both = i > 0 && j > 0 && fit(i - 1, j - 1) >= 0 &&
                        at(i, j) == at(i - 1, j - 1) + fit(i - 1, j - 1);
      const bool old = !both && i > 0 && at(i, j) == at(i - 1, j);
      i -= both || old;
      j -= both || !old;
      result.emplace_back(both || old ? static_cast<int>(i) : -1,
                          both || !old ? static_cast<int>(j) : -1);
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

private:
  const std::vector<SharedUnit>& pool_;
  const std::vector<UnitKind>& wanted_;
  std::vector<int> cost_;

  int& at(std::size_t i, std::size_t j) { return cost_[i * (wanted_.size() + 1) + j]; }
  int at(std::size_t i, std::size_t j) const { return cost_[i * (wanted_.size() + 1) + j]; }

  /// What it costs to use a unit; -1: it is of another kind.
  int fit(std::size_t unit, std::size_t operation) const {
    if (pool_[unit].kind == wanted_[operation])
      return 50;
    return multiplies_too(pool_[unit].kind, wanted_[operation]) ? 100 : -1;
  }

  int cheapest(std::size_t i, std::size_t j) const {
    if (i == 0 && j == 0)
      return 0;
    int best = i > 0 ? at(i - 1, j) : at(i, j - 1) + wanted_[j - 1].cells;
    if (i > 0 && j > 0) {
      best = std::min(best, at(i, j - 1) + wanted_[j - 1].cells);
      if (int cost = fit(i - 1, j - 1); cost >= 0)
        best = std::min(best, at(i - 1, j - 1) + cost);
    }
    return best;
  }
};

} // namespace

bool is_shared(const Graph& graph, int id) {
  const Node& node = graph[id];
  if (is_lane_reduction(node.op))
    return true;
  const std::string function = float_function(graph, id).name;
  return !function.empty() &&
         function != "fp_bf16_to_f32::convert"; // which is hardly more than wires
}

std::vector<SharedUnit> share_units(const std::vector<const Graph*>& graphs,
                                    const std::vector<std::vector<int>>& nodes, int lanes) {
  std::vector<std::vector<int>> shared(graphs.size());
  for (std::size_t k = 0; k < graphs.size(); ++k)
    std::ranges::copy_if(nodes[k], std::back_inserter(shared[k]),
                         [&](int id) { return is_shared(*graphs[k], id); });
  std::vector<int> order(graphs.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](int a, int b) {
    return std::pair(-std::ssize(shared[a]), a) < std::pair(-std::ssize(shared[b]), b);
  });

  std::vector<SharedUnit> pool;
  for (int k : order) {
    std::vector<UnitKind> wanted;
    for (int id : shared[k])
      wanted.push_back(kind_of(*graphs[k], id, lanes));
    std::vector<SharedUnit> next;
    for (auto [unit, operation] : Alignment(pool, wanted).steps()) {
      next.push_back(unit >= 0 ? std::move(pool[unit]) : SharedUnit{wanted[operation], {}});
      if (operation >= 0)
        next.back().uses.emplace(
            k, use_of(*graphs[k], shared[k][operation], next.back().kind, wanted[operation]));
    }
    pool = std::move(next);
  }
  return pool;
}

} // namespace npuforge::isa::sv
