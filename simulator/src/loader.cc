#include "npuforge/simulator/loader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "layout.h"
#include "words.h"

namespace npuforge::simulator {
namespace {

using assembler::Port;

const Port& find_port(const std::vector<Port>& ports, const std::string& name, const char* what) {
  for (const Port& port : ports)
    if (port.name == name)
      return port;
  std::vector<std::string> names;
  for (const Port& port : ports)
    names.push_back(port.name);
  throw TensorError(
      fmt::format("the program has no {} '{}'; it has: {}", what, name,
                  names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

/// The range of the network's integers, and what the device subtracts from them.
struct Range {
  int low, high, device_offset;
};

Range range_of(const std::string& type) {
  return type == "u8" ? Range{0, 255, 128} : Range{-128, 127, 0};
}

template <typename T>
T element(const Tensor& tensor, int64_t i) {
  T value;
  std::memcpy(&value, tensor.data.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

/// As QuantizeLinear does it: an f32 division, half to even, saturating.
int quantise(float value, const assembler::Quantisation& q, const Range& range) {
  float scaled = std::nearbyint(value / static_cast<float>(q.scale));
  if (!(scaled > -1e9f)) // NaN too
    return range.low;
  if (scaled > 1e9f)
    return range.high;
  return std::clamp(static_cast<int>(scaled) + q.zero_point, range.low, range.high);
}

void check_input(const Port& port, const Tensor& tensor) {
  if (tensor.shape != port.shape)
    throw TensorError(fmt::format("input '{}' has shape {}; the network wants {}", port.name,
                                  shape_text(tensor.shape), shape_text(port.shape)));
  // Arrays of bf16 are written as raw pairs of bytes; others who have no such type use u16.
  if (tensor.type != port.type && !(port.type == "bf16" && tensor.type == "u16"))
    throw TensorError(
        fmt::format("input '{}' is {}; the network wants {}", port.name, tensor.type, port.type));
}

std::span<std::byte> port_span(const Port& port, DramData& dram) {
  try {
    return dram.at(port.address, port.bytes);
  } catch (const std::out_of_range& error) {
    throw TensorError(fmt::format("'{}': {}", port.name, error.what()));
  }
}

/// Is an element on the device what it is in the network?
bool is_same(const Port& port) {
  return port.type == "f32" && port.quantisation.type == "f32";
}

Range range_of(const Port& port) {
  return range_of(port.type == "f32" ? port.quantisation.type : port.type);
}

/// Element i, as it is on the device.
void put(const Port& port, const Tensor& tensor, int64_t i, std::byte* to) {
  if (is_same(port)) {
    std::memcpy(to, tensor.data.data() + i * 4, 4);
    return;
  }
  const Range range = range_of(port);
  int value = 0;
  if (port.type == "f32")
    value = quantise(element<float>(tensor, i), port.quantisation, range);
  else if (port.type == "u8")
    value = element<uint8_t>(tensor, i);
  else
    value = element<int8_t>(tensor, i);
  *to = static_cast<std::byte>(value - range.device_offset);
}

void get(const Port& port, const std::byte* from, int64_t i, Tensor& tensor) {
  if (is_same(port)) {
    std::memcpy(tensor.data.data() + i * 4, from, 4);
    return;
  }
  const int value = static_cast<int8_t>(*from) + range_of(port).device_offset;
  if (port.type != "f32") {
    tensor.data[static_cast<size_t>(i)] = static_cast<std::byte>(value);
    return;
  }
  const float real = static_cast<float>(value - port.quantisation.zero_point) *
                     static_cast<float>(port.quantisation.scale);
  std::memcpy(tensor.data.data() + i * 4, &real, 4);
}

/// Calls f(element, offset) for every element that the port's bytes hold.
template <typename F>
void for_each_stored(const Port& port, const isa::Machine& machine, F&& f) {
  for_each_element(port, machine, [&](int64_t i, int64_t offset) {
    if (static_cast<uint64_t>(offset + assembler::element_bytes(port)) <= port.bytes)
      f(i, offset);
  });
}

void write_words(const Port& port, const Tensor& tensor, std::span<std::byte> to) {
  Tensor typed{port.type, tensor.shape, tensor.data};
  std::memset(to.data(), 0, to.size());
  for (int64_t i = 0, n = element_count(port.shape); i < n; ++i) {
    const uint32_t word = to_word(typed, i, port.name);
    std::memcpy(to.data() + i * 4, &word, 4);
  }
}

Tensor read_words(const Port& port, std::span<const std::byte> from) {
  const int64_t count = element_count(port.shape);
  Tensor tensor{port.type, port.shape, {}};
  tensor.data.resize(static_cast<size_t>(count) * type_bytes(port.type));
  for (int64_t i = 0; i < count; ++i) {
    uint32_t word = 0;
    std::memcpy(&word, from.data() + i * 4, 4);
    from_word(word, tensor, i, port.name);
  }
  return tensor;
}

} // namespace

std::string shape_text(std::span<const int64_t> shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string write_input(const assembler::Program& program, const isa::Machine& machine,
                        const std::string& name, const Tensor& tensor, DramData& dram) {
  const Port& port = find_port(program.inputs, name, "input");
  check_input(port, tensor);
  std::span<std::byte> to = port_span(port, dram);
  if (port.layout == "words") {
    write_words(port, tensor, to);
    return narrowing_note(tensor, name);
  }
  std::memset(to.data(), 0, to.size()); // lanes beyond the last channel
  for_each_stored(port, machine,
                  [&](int64_t i, int64_t offset) { put(port, tensor, i, to.data() + offset); });
  return "";
}

namespace {

/// The first `extent` elements of a dimension.
Tensor front(const Tensor& whole, size_t dim, int64_t extent) {
  Tensor part = whole;
  part.shape[dim] = extent;
  const int64_t all = element_count(whole.shape), most = whole.shape[dim];
  const size_t size = all ? whole.data.size() / static_cast<size_t>(all) : 0;
  int64_t inner = 1;
  for (size_t i = dim + 1; i < whole.shape.size(); ++i)
    inner *= whole.shape[i];
  const size_t kept = static_cast<size_t>(extent * inner) * size,
               step = static_cast<size_t>(most * inner) * size;
  part.data.clear();
  for (size_t from = 0; step && from < whole.data.size(); from += step)
    part.data.insert(part.data.end(), whole.data.begin() + static_cast<int64_t>(from),
                     whole.data.begin() + static_cast<int64_t>(from + kept));
  return part;
}

/// What counts of an output of which the program says how much that is.
Tensor bounded(Tensor tensor, const Port& port, const assembler::Program& program,
               const DramData& dram) {
  if (!port.bounded)
    return tensor;
  const Port& place = find_port(program.outputs, port.bounded->extent, "output");
  int32_t extent = 0; // the word's low half holds an i64
  std::memcpy(&extent, port_span(place, const_cast<DramData&>(dram)).data(), sizeof extent);
  const auto dim = static_cast<size_t>(port.bounded->dim);
  if (extent < 0 || extent > port.shape[dim])
    throw TensorError(fmt::format("output '{}' has {} elements along dimension {}, which holds at "
                                  "most {}",
                                  port.name, extent, dim, port.shape[dim]));
  return front(tensor, dim, extent);
}

} // namespace

Tensor read_output(const assembler::Program& program, const isa::Machine& machine,
                   const std::string& name, const DramData& dram) {
  const Port& port = find_port(program.outputs, name, "output");
  std::span<const std::byte> from = port_span(port, const_cast<DramData&>(dram));
  if (port.layout == "words")
    return bounded(read_words(port, from), port, program, dram);
  Tensor tensor{port.type, port.shape, {}};
  const size_t size = port.type == "f32" ? 4 : 1;
  tensor.data.resize(static_cast<size_t>(element_count(port.shape)) * size);
  for_each_stored(port, machine,
                  [&](int64_t i, int64_t offset) { get(port, from.data() + offset, i, tensor); });
  return tensor;
}

} // namespace npuforge::simulator
