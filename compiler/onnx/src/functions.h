#pragma once
// Functions that a model brings along.

#include <map>
#include <string>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

class Functions {
public:
  explicit Functions(const onnx_proto::ModelProto& model);
  /// The function that a node calls, or null.
  const onnx_proto::FunctionProto* find(const onnx_proto::NodeProto& node) const;

private:
  std::map<std::string, const onnx_proto::FunctionProto*> functions_;
};

/// A function's body for one call: a graph whose inputs and outputs have the function's names, and
/// attributes that refer to the function's are the call's. Throws Unsupported for attributes that
/// the function does not know.
onnx_proto::GraphProto body_of(const onnx_proto::FunctionProto& function,
                               const onnx_proto::NodeProto& call);

} // namespace npuforge::onnx
