#pragma once
// Mutations of ONNX models that leave them readable as protobuf.

#include <cstddef>
#include <cstdint>

namespace npuforge::fuzz {

/// Changes the model in data[0, size) in a few places and returns its new size, at most max_size.
/// What is no model, and now and then a model too, has its bytes changed instead.
size_t mutate_model(uint8_t* data, size_t size, size_t max_size, unsigned seed);

} // namespace npuforge::fuzz
