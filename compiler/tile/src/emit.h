#pragma once
// Makes tile operations: index arithmetic that folds while it is made, loops that vanish at one
// turn, streams.

#include <functional>
#include <optional>

#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/memory_map.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace npuforge::tile {

/// One level of a stream: `count` rows, `stride` bytes (accumulator: rows) apart; all inside [low,
/// high) when given.
struct Level {
  mlir::Value count;
  int64_t stride;
  mlir::Value low, high; ///< both or none
};

class Emit {
public:
  Emit(mlir::OpBuilder& builder, mlir::Location location, const isa::Machine& machine)
      : builder(builder), location(location), machine(machine), map(machine) {}

  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b) { return add(a, constant(b)); }
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, int64_t b);
  mlir::Value max(mlir::Value a, int64_t b);
  mlir::Value parity(mlir::Value counter); ///< counter mod 2
  /// counter mod 2^bits, of a counter that is not negative
  mlir::Value remainder(mlir::Value counter, int bits);
  /// For a value of at most `limit`: the value, or 0 in place of `limit`; and 1 in that case, else
  /// 0.
  std::pair<mlir::Value, mlir::Value> wrap(mlir::Value value, int64_t limit);

  /// Runs `body` for 0 .. count-1: a loop, or the bare body when there is one turn.
  void loop(int64_t count, const std::function<void(mlir::Value)>& body);
  /// As loop, but with the count known only when the program runs; at least one.
  void loop(mlir::Value count, const std::function<void(mlir::Value)>& body);

  /// Runs `body` once when `condition`, which is never negative, is above zero.
  void when(mlir::Value condition, const std::function<void()>& body);

  /// Streams of the buffer begin `base` bytes behind it, which may be null.
  mlir::Value buffer(llvm::StringRef space, Place place, llvm::StringRef label,
                     mlir::Value base = {});
  mlir::Value scratchpad(Place place, llvm::StringRef label) {
    return buffer("scratchpad", place, label);
  }
  /// A stream of `base` + `offset`; `base` may be null.
  mlir::Value stream(mlir::Value buffer, mlir::Value base, int64_t offset,
                     llvm::ArrayRef<Level> levels);
  /// One row.
  mlir::Value row(mlir::Value buffer, mlir::Value base, int64_t offset) {
    return stream(buffer, base, offset, {});
  }
  Level level(int64_t count, int64_t stride) { return {constant(count), stride, {}, {}}; }

  void await(llvm::StringRef unit, llvm::StringRef from);
  void signal(llvm::StringRef unit, llvm::StringRef to);
  /// The lane registers of a map or a reduction, by role.
  mlir::DictionaryAttr lanes(llvm::ArrayRef<std::pair<llvm::StringRef, int64_t>> roles);
  void set_lane(int64_t lane, int64_t value);

  mlir::OpBuilder& builder;
  mlir::Location location;
  const isa::Machine& machine;
  const MemoryMap map;

private:
  llvm::DenseMap<mlir::Value, mlir::Value> bases_; ///< of buffers
};

} // namespace npuforge::tile
