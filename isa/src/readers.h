#pragma once
// The readers of a spec's parts. Each adds its problems and goes on, so that all are found in one
// run.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

#include "problems.h"
#include "section.h"

namespace npuforge::isa {

/// Where a format stands, and which of its fields instructions have used.
struct FormatNotes {
  const Node* node = nullptr;
  std::vector<const Node*> fields; ///< parallel to Format::fields
  std::vector<bool> used;          ///< the same
  bool has_instruction = false;
  bool complete =
      true; ///< all its fields could be read: a missing one is the instruction's mistake
};

/// What the readers share.
struct Reading {
  Spec& spec;
  Problems& problems;
  std::vector<FormatNotes> formats;  ///< parallel to spec.formats
  std::set<std::string> failed = {}; ///< tables and functions that are wrong: who uses them is not
                                     ///< read, for it would be called wrong as well
};

/// One instruction while it is read.
struct InstructionReading {
  Reading& all;
  const Node& node;
  Instruction& instruction;
  std::vector<const Node*> operand_nodes; ///< parallel to instruction.operands
  std::string what;                       ///< "instruction 'add'"
};

void read_machine(Section& spec, Machine& machine, Problems& problems);
/// Sizes that must agree with each other. All sizes have been read.
void check_machine(const Node& node, const Machine& machine, Problems& problems);

void read_formats(const Node& node, Reading& reading);
void read_instructions(const Node& node, Reading& reading);

void read_operands(const Node& node, InstructionReading& reading);
void read_syntax(const Node* node, InstructionReading& reading);
void read_semantics(const Node& node, InstructionReading& reading);
void read_timing(const Node& node, InstructionReading& reading);
/// Closed forms that have been read, each by itself; `node` is the timing's.
void check_timing(const Node& node, InstructionReading& reading);
/// Does each unit complete its instructions in order? All instructions have been read.
void check_completion_order(const Node& instructions, Reading& all);
/// Operands that the action needs, and none that it does not know.
void check_action_operands(const Node& semantics, InstructionReading& reading);

void read_tables(const Node& node, Reading& reading);
void read_functions(const Node& node, Reading& reading); ///< behind the tables

/// Parses and types the expression of a scalar; null and a problem if it is wrong. `what` names it
/// in messages.
ExprPtr read_expression(const Node& node, const std::string& what, const Scope& scope,
                        std::optional<Type> wanted, Problems& problems);

/// The Let nodes of a map of names to expressions, each in the scope of those before it; nullopt
/// (and problems) if one is wrong. `what` names their owner.
std::optional<std::vector<ExprPtr>> read_lets(const Node& node, const std::string& what,
                                              Scope scope, Problems& problems);
/// A let that no result uses is a mistake of the spec. `node` is the map.
void check_lets_used(const Node& node, const std::vector<ExprPtr>& lets,
                     const std::vector<ExprPtr>& results, Problems& problems);
/// Names of the tables and functions in the expressions of a function or of semantics.
std::set<std::string> mentioned(const Node& node);
bool mentions_failed(const Node& node, const Reading& reading);
/// Does the expression, all functions put in place, stay within what tools can work with?
void check_size(const Node& where, const std::string& what, const Expr& expr, Problems& problems);

/// Bits that hold the numbers 0..count-1.
int bits_for(int64_t count);

/// SHA-256 (hex) of what programs depend on.
std::string hash_of(const Spec& spec);

} // namespace npuforge::isa
