#pragma once
// The reference for lowered graphs: straight loops over the operators' definitions, sharing no code
// with the back end.

#include <cstdint>
#include <stdexcept>
#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace npuforge::graph {

/// An operation that is not of the lowered stage, or inputs that do not fit the function.
class InterpreterError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Runs @main on device values (i8, row-major, u8 already less 128), one vector for each argument;
/// returns one for each result. Throws InterpreterError.
std::vector<std::vector<int32_t>> interpret(mlir::func::FuncOp main,
                                            const std::vector<std::vector<int32_t>>& inputs);

} // namespace npuforge::graph
