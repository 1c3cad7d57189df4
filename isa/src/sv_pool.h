#pragma once
// The units that instructions share: floating point and reductions over the lanes. A unit takes
// operands from the ones before it only, so that every instruction finds its operations in the pool
// in an order in which it can do them.

#include <map>
#include <string>
#include <vector>

#include "sv_graph.h"

namespace npuforge::isa::sv {

/// What a unit does.
struct UnitKind {
  std::string function; ///< of rtl/fp; "lane_sum", "lane_min", "lane_max" over the lanes
  Type result;
  std::vector<Type> operands;
  std::string mode_operand; ///< bits of one more operand, e.g. "[1:0]"; empty: none
  int cells;                ///< about as many in one lane; only the relations matter
  bool operator==(const UnitKind& other) const {
    return function == other.function && result == other.result;
  }
};

/// An instruction's use of a unit: the node that it computes, and constants for operands that the
/// node does not have.
struct UnitUse {
  int node;
  std::vector<std::string> constants; ///< after the node's arguments
};

struct SharedUnit {
  UnitKind kind;
  std::map<int, UnitUse> uses; ///< by instruction
};

/// Is the node computed by a unit?
bool is_shared(const Graph& graph, int id);

/// Makes a pool for the instructions, each with a graph and the nodes it needs, in order; `lanes`
/// is how many a reduction spans. Larger instructions come first; each is aligned with what is
/// there at the least cost in new cells.
std::vector<SharedUnit> share_units(const std::vector<const Graph*>& graphs,
                                    const std::vector<std::vector<int>>& nodes, int lanes);

} // namespace npuforge::isa::sv
