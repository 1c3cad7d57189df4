#pragma once
// A loop's body in the form that a device loop takes: what only grows is collected, and what
// decides about the number of turns is separated from the rest.

#include <map>
#include <string>
#include <vector>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// Carried values (numbered as the node has them) that a body only appends to: y = Concat(y, x).
struct Growth {
  int carried;
  int64_t axis;
  int output; ///< of the new body: where x is
};

/// The body without the carried values that grow; x of each is one more output behind the others.
struct GrowingBody {
  onnx_proto::GraphProto body;
  std::vector<Growth> growths;
};
GrowingBody separate_growth(const onnx_proto::GraphProto& body, int carried);

/// The part of a body that decides whether to go on: its outputs are the condition and then the
/// carried values, by number, that it is computed from.
struct Decision {
  onnx_proto::GraphProto body;
  std::vector<int> carried;
};
Decision decision_of(const onnx_proto::GraphProto& body, int carried);

} // namespace npuforge::onnx
