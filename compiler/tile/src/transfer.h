#pragma once
// Copies between tensors in DRAM, and numbers between DRAM and the sequencer: what control flow
// does besides its layers.

#include "words/words.h"

namespace npuforge::tile {

/// `bytes` (a multiple of 4) of one tensor to another one, at offsets that may be null.
struct Transfer {
  Tensor from;
  mlir::Value from_at;
  Tensor to;
  mlir::Value to_at;
  int64_t bytes;
};

/// A layer's code: the transfers, one behind the other. No tensor is both read and written.
void transfer(Emit& emit, Session& session, llvm::ArrayRef<Transfer> transfers);

/// Between layers: the tensor's first word in a register. All units have done what stands before.
mlir::Value readScalar(Emit& emit, Session& session, const Tensor& tensor);
/// The register's value as the tensor's first word.
void writeScalar(Emit& emit, Session& session, mlir::Value value, const Tensor& tensor);
/// Between layers: all units do what stands before, before anything behind it.
void settle(Emit& emit);

} // namespace npuforge::tile
