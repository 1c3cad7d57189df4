#pragma once
// Scalar arithmetic as a DAG of classes: nodes of one class have the same value, bit for bit. What
// the graph wants and what an instruction computes are both read from a region into this form, by
// the same canonicaliser.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "mlir/IR/Types.h"

namespace npuforge::match {

/// Values lie in [low, high]; `nan` if they may also be no number.
struct Range {
  double low, high;
  bool nan;
  bool within(double from, double to) const { return !nan && low >= from && high <= to; }
};

struct Node {
  std::string op; ///< as in MLIR ("arith.addf"); "constant", "leaf"; comparisons "cmpf.lt", ...
  mlir::Type type;
  std::vector<int> args{};      ///< classes
  std::vector<uint64_t> bits{}; ///< constant: one element, or one for each channel
  int leaf = -1;                ///< leaf: its number
};

class Dag {
public:
  using Class = int;

  Class leaf(mlir::Type type, int number);
  Class constant(mlir::Type type, std::vector<uint64_t> bits);
  Class number(mlir::Type type, double value); ///< a constant of any type
  /// A node in canonical form; see canonical.cc for the list of rewrites.
  Class make(const std::string& op, mlir::Type type, std::vector<Class> args);
  /// The node as it is, though it has a canonical form: another way to write a value.
  Class makeRaw(Node node) { return intern(std::move(node)); }

  Class find(Class c) const;
  /// Says that two classes have the same value.
  void merge(Class a, Class b);
  /// Makes nodes of merged classes equal again, until nothing changes.
  void rebuild();

  int classes() const { return static_cast<int>(nodes_.size()); }
  const std::vector<Node>& nodes(Class c) const { return nodes_[find(c)]; }
  mlir::Type type(Class c) const { return nodes(c).front().type; }
  const Node* constantOf(Class c) const; ///< null if it is none
  /// The one number of a constant that does not vary; none otherwise.
  std::optional<double> numberOf(Class c) const;
  const Node* leafOf(Class c) const; ///< null if it is none

  /// Functions may then be asked outside the domains that instructions declare: nothing is known of
  /// the leaves' ranges.
  bool ignores_domains = false;

  /// The range of a leaf of floats; leaves of integers have their type's.
  void setLeafRange(int leaf, Range range) { leaf_ranges_[leaf] = range; }
  Range range(Class c) const;

private:
  /// What tells most nodes apart comes first.
  using Key = std::tuple<std::vector<int>, int, std::vector<uint64_t>, const void*, std::string>;
  Key key(const Node& node) const;
  Class intern(Node node);
  Range range(const Node& node, std::vector<int>& pending) const;
  Range range(Class c, std::vector<int>& pending) const;

  std::vector<std::vector<Node>> nodes_;
  mutable std::vector<Class> parent_;
  mutable std::map<Class, Range> ranges_; ///< known while one range is asked for
  std::map<Key, Class> known_;
  std::map<int, Range> leaf_ranges_;
};

bool isCommutative(const std::string& op);
double toNumber(mlir::Type type, uint64_t bits);
uint64_t toBits(mlir::Type type, double value);
/// The operation on constants; none where it is not known. `args` are bits of their types.
std::optional<uint64_t> fold(const std::string& op, mlir::Type type,
                             llvm::ArrayRef<mlir::Type> types, llvm::ArrayRef<uint64_t> args);

} // namespace npuforge::match
