#pragma once
// The named values of a graph or of a function's body while it is imported.

#include <map>
#include <set>
#include <string>

#include <mlir/IR/Value.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

struct Scope {
  std::string prefix; ///< of node names: "outer/" in a function called by node `outer`
  int64_t opset = 1;
  std::map<std::string, mlir::Value> values; ///< null: it failed, and the reason has been noted
  std::map<std::string, onnx_proto::TensorProto*> initializers;
};

} // namespace npuforge::onnx
