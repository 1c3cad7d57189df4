#pragma once
// A model in the reference interpreter. What knows MLIR is in interpret.cc.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data.h"

namespace npuforge::conformance {

using Tensors = std::vector<HostTensor>;

struct Request {
  std::filesystem::path model;
  std::map<std::string, std::filesystem::path> bound; ///< tensors of inputs that become constants
  std::map<std::string, std::vector<int64_t>> shapes; ///< of all other inputs
};

/// The outputs for these inputs (all that are not bound, in the graph's order). `folded`: whether
/// no output depends on an input. Throws std::exception with what is wrong.
Tensors interpret_model(const Request& request, const Tensors& inputs, bool& folded);

} // namespace npuforge::conformance
