#pragma once
// Which operand of an instruction plays which role of a function that the compiler asks for, found
// by what both compute: names, order of operands, commuted arguments, lets and functions of the
// spec make no difference.

#include <map>
#include <optional>
#include <string>

#include "npuforge/isa/spec.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"

namespace npuforge::match {

using Roles = std::map<std::string, std::string, std::less<>>; ///< role -> operand's name

/// The dialects that findRoles needs in its context.
void registerDialects(mlir::DialectRegistry& registry);

/// The operands of `candidate` that play the roles of `wanted`, which is written as an instruction
/// as well: its operands' names are the roles. Nothing if the two do not compute the same. Rows
/// stand for rows of the same type in the same memory, lane registers for lane registers of the
/// same type; a stream with `fill` needs one with `fill`, whose operand gets that role. Roles that
/// the expressions of `wanted` do not name (its destination apart) are not looked for.
std::optional<Roles> findRoles(mlir::MLIRContext& context, const isa::Instruction& wanted,
                               const isa::Instruction& candidate);

} // namespace npuforge::match
