#pragma once
// A model with what a case binds, imported. For the files that know MLIR.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data.h"

namespace npuforge::conformance {

using Tensors = std::vector<HostTensor>;

/// What compiled models run on.
struct Target {
  std::string machine;           ///< a name or a spec file; "": the reference interpreter
  std::string precision = "f32"; ///< the type in which the array multiplies f32
};

struct Request {
  std::filesystem::path model;
  std::map<std::string, std::filesystem::path> bound; ///< tensors of inputs that become constants
  std::map<std::string, std::vector<int64_t>>
      shapes; ///< of other inputs that are open in the model
};

/// The inputs that the compiler wants bound: shapes, axes and the like.
std::set<std::string> parameter_inputs(const std::filesystem::path& model);

} // namespace npuforge::conformance
