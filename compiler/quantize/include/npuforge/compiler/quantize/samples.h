#pragma once
// Samples of a network's inputs from files.

#include <filesystem>

#include "npuforge/compiler/quantize/quantize.h"

namespace npuforge::quantize {

/// The samples of a folder, in order of their names. Either .npy files in it, one for each sample
/// of a network with one input; or folders in it, one for each sample, with input_0, input_1, ...
/// (.npy, or TensorProto as .pb), as ONNX lays out its test data; or such files themselves, which
/// are one sample. Throws QuantizeError with a line for each problem: nothing there, an input
/// without a file or a file without an input, a file that cannot be read, has another type or shape
/// than its input, or a value that is not finite.
std::vector<Sample> read_samples(mlir::func::FuncOp main, const std::filesystem::path& folder);

} // namespace npuforge::quantize
