#pragma once
#include <filesystem>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// Parses a file. Throws ImportError if it cannot be read, is no ONNX model or has no graph.
onnx_proto::ModelProto read_model(const std::filesystem::path& file);

} // namespace npuforge::onnx
