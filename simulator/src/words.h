#pragma once
// Elements of a network's tensor as words of the device, f32 or i32, and back.

#include "npuforge/simulator/loader.h"

namespace npuforge::simulator {

/// Bytes of one element of a network's tensor; 0 for a type that no port has.
size_t type_bytes(const std::string& type);

/// Element i as the device's word. `name`: the port's, for errors. Throws TensorError, naming
/// element and value, where the word cannot hold it.
uint32_t to_word(const Tensor& tensor, int64_t i, const std::string& name);

/// What to tell the user about an input's f64 elements beyond f32; "" if there are none.
std::string narrowing_note(const Tensor& tensor, const std::string& name);

/// A word of the device as element i of the network's tensor. Throws TensorError as above.
void from_word(uint32_t word, Tensor& tensor, int64_t i, const std::string& name);

} // namespace npuforge::simulator
