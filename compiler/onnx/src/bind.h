#pragma once
// --bind: inputs that are parameters of operators (shapes, axes, sizes, pads, counts) become
// constants.

#include <filesystem>
#include <map>
#include <string>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// Makes each input an initialiser with the file's values: .npy, or a TensorProto (.pb). Throws
/// ImportError if there is no such input, if an operator takes it as data, or if the file does not
/// fit.
void bind_inputs(onnx_proto::GraphProto& graph,
                 const std::map<std::string, std::filesystem::path>& bindings);

} // namespace npuforge::onnx
