#include "model_file.h"

#include <fstream>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include "npuforge/compiler/onnx/import.h"

namespace npuforge::onnx {

onnx_proto::ModelProto read_model(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw ImportError("is a directory");
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    throw ImportError("cannot be read");
  onnx_proto::ModelProto model;
  google::protobuf::io::IstreamInputStream input(&stream);
  google::protobuf::SetLogHandler(nullptr); // its messages say less than ours
  bool parsed = model.ParseFromZeroCopyStream(&input);
  if (!parsed || stream.bad())
    throw ImportError("is not an ONNX model, or is truncated or corrupted");
  if (!model.has_graph() || (model.graph().node_size() == 0 && model.graph().output_size() == 0))
    throw ImportError("holds no graph");
  return model;
}

} // namespace npuforge::onnx
