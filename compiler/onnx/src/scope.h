#pragma once
// The named values of a graph, of a function's body or of a branch's or loop's, while it is
// imported.

#include <map>
#include <set>
#include <string>

#include <mlir/IR/Block.h>
#include <mlir/IR/Value.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

struct Scope {
  Scope* outer = nullptr;       ///< of the graph around this one, whose values it sees
  mlir::Block* block = nullptr; ///< where the values are made; null: that of `outer`
  std::string prefix;           ///< of node names: "outer/" in a function called by node `outer`
  int64_t opset = 1;
  std::map<std::string, mlir::Value> values; ///< null: it failed, and the reason has been noted
  std::map<std::string, const onnx_proto::TensorProto*> initializers;
};

} // namespace npuforge::onnx
