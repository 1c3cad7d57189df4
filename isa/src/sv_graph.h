#pragma once
// Expressions as the RTL sees them: a graph in which equal nodes are one, functions of the spec are
// taken apart, what consists of literals alone is a literal, and only operations are left that
// hardware has.

#include <map>
#include <string>
#include <vector>

#include "operators.h"

namespace npuforge::isa::sv {

/// Node::literal of a Negate that inverts the sign of a NaN, too: what takes it does not care.
inline constexpr int64_t kBitsOnly = 1;

struct Node {
  Op op;
  Type type;
  std::vector<int> args;
  int64_t literal = 0;    ///< Literal: as Expr::literal
  std::string text;       ///< Name: which
  TablePtr table;         ///< Index
  std::string label = ""; ///< the let that it is the value of
};

/// Arguments come before the nodes that take them. What is lowered:
///   float a - b to a + -b; conversions between floats and small integers through i32 and
///   saturation, between 16-bit floats through f32; saturating arithmetic of up to 32 bits to that
///   of i64 where i64 holds the result.
class Graph {
public:
  /// The node of a typed expression. `names` are names that stand for other nodes.
  int add(const ExprPtr& expr, const std::map<std::string, int>& names = {});
  int add_node(Node node);
  const Node& operator[](int id) const { return nodes_[id]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  /// The nodes that these need, themselves included, in order.
  std::vector<int> reachable(const std::vector<int>& roots) const;

private:
  std::vector<Node> nodes_;
  std::map<std::vector<int64_t>, int> known_;
  std::map<std::string, int64_t> texts_;

  int lowered(Op op, Type type, const std::vector<int>& args);
  int negated(int arg);
  int convert(int arg, Type to);
  int saturating(Op op, Type type, const std::vector<int>& args);
  int folded(const ExprPtr& expr, const std::vector<int>& args);
  int literal(int64_t value, Type type) { return add_node({Op::Literal, type, {}, value, {}, {}}); }
};

} // namespace npuforge::isa::sv
