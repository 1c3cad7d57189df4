#pragma once
// A file with one tensor.

#include <filesystem>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// An .npy file, or a TensorProto by any other name. Throws ImportError, beginning with the file's
/// name, also if it has more than `limit` bytes.
onnx_proto::TensorProto read_tensor_proto(const std::filesystem::path& file, size_t limit);

} // namespace npuforge::onnx
