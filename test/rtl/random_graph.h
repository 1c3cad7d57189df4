#pragma once
// Random typed expressions as graphs: every operator, function and type of the language, tables,
// lets that are used twice.

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

class RandomGraph {
public:
  /// `names` are what the expression may name. `lane_reductions`: may it have lane_sum, lane_min,
  /// lane_max?
  RandomGraph(uint64_t seed, std::vector<Symbol> names, bool lane_reductions);

  /// An expression of that type, about `depth` levels deep.
  ExprPtr make(Type type, int depth);
  /// A value of the type as its bits; ends of ranges, small numbers and, of floats, all classes are
  /// frequent.
  uint64_t value(Type type);

  Type any_type() { return kTypes[1 + number(0, kTypes.size() - 2)]; }
  int64_t number(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool one_in(int n) { return number(1, n) == 1; }

private:
  ExprPtr leaf(Type type);
  ExprPtr literal(Type type);
  ExprPtr boolean(int depth);
  ExprPtr integer(Type type, int depth);
  ExprPtr floating(Type type, int depth);
  ExprPtr convert(Type type, int depth);
  ExprPtr cast(Type type, int depth);
  ExprPtr look_up(Type type, int depth);
  ExprPtr call(const std::string& function, Type type, std::vector<ExprPtr> args);
  ExprPtr binary(const std::string& op, Type type, ExprPtr a, ExprPtr b);
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[number(0, static_cast<int64_t>(from.size()) - 1)];
  }

  uint64_t seed_;
  std::mt19937_64 random_;
  std::vector<Symbol> names_;
  bool lane_reductions_;
  int count_ = 0;
  std::map<Type, std::vector<ExprPtr>> lets_;
};

} // namespace npuforge::isa
