#pragma once
// What instructions compute, in the form that is matched, and where they occur in a graph's DAG.

#include <string>
#include <vector>

#include "npuforge/compiler/match/dag.h"
#include "npuforge/isa/spec.h"

#include "mlir/IR/MLIRContext.h"

namespace mlir {
class Block;
}

namespace npuforge::match {

/// An operand that the semantics names.
struct Leaf {
  std::string operand;
  isa::OperandKind kind;
  mlir::Type type;
  isa::Space space; ///< of a stream
  /// Does it stand for a number that the compiler knows (lane register, value), or for rows?
  bool isNumber() const { return kind != isa::OperandKind::Stream; }
};

/// A map of the vector unit.
struct Pattern {
  const isa::Instruction* instruction;
  Dag dag;
  Dag::Class root;
  std::vector<Leaf> leaves;
  std::map<Dag::Class, Range> domains; ///< nodes: where their last argument must lie
  const isa::Operand* destination;
};

/// An instruction that is no pattern, and why.
struct Unmatched {
  std::string mnemonic, reason;
};

struct Patterns {
  std::vector<Pattern> maps;
  std::vector<Unmatched> others; ///< maps of the vector unit only
};

/// All maps of the spec, which must outlive the patterns.
Patterns readPatterns(mlir::MLIRContext& context, const isa::Spec& spec);

/// Reads a region's only block. `arguments` are the classes of its arguments; returns those of its
/// terminator's operands. Throws NoRegion for an operation without regions' arithmetic.
std::vector<Dag::Class> readBlock(mlir::Block& block, const std::vector<Dag::Class>& arguments,
                                  Dag& dag, std::map<Dag::Class, Range>* domains = nullptr);

/// One way to compute a class by one instruction.
struct Match {
  const Pattern* pattern;
  std::vector<Dag::Class> bound; ///< the class of each leaf
};

/// Every way in which the patterns compute the class; may add constants to the DAG.
std::vector<Match> matchesOf(const std::vector<Pattern>& patterns, Dag& dag, Dag::Class c);

} // namespace npuforge::match
