// Arithmetic on constants, in the types' own arithmetic.
#include <bit>
#include <cmath>

#include "npuforge/compiler/match/dag.h"

#include "mlir/IR/BuiltinTypes.h"

namespace npuforge::match {

double toNumber(mlir::Type type, uint64_t bits) {
  if (type.isF32())
    return std::bit_cast<float>(static_cast<uint32_t>(bits));
  const unsigned width = type.getIntOrFloatBitWidth();
  if (width == 1)
    return static_cast<double>(bits & 1);
  return static_cast<double>(static_cast<int64_t>(bits << (64 - width)) >> (64 - width));
}

uint64_t toBits(mlir::Type type, double value) {
  if (type.isF32())
    return std::bit_cast<uint32_t>(static_cast<float>(value));
  const unsigned width = type.getIntOrFloatBitWidth();
  const auto integer = static_cast<uint64_t>(static_cast<int64_t>(value));
  return width == 64 ? integer : integer & ((uint64_t{1} << width) - 1);
}

namespace {

std::optional<float> foldFloat(const std::string& op, float a, float b) {
  const bool nan = std::isnan(a) || std::isnan(b);
  if (op == "arith.addf")
    return a + b;
  if (op == "arith.subf")
    return a - b;
  if (op == "arith.mulf")
    return a * b;
  if (op == "arith.divf")
    return a / b;
  if (op == "arith.maximumf" && !nan && a != b)
    return std::max(a, b);
  if (op == "arith.minimumf" && !nan && a != b)
    return std::min(a, b);
  return std::nullopt;
}

std::optional<int64_t> foldInteger(const std::string& op, uint64_t a, uint64_t b, int64_t x,
                                   int64_t y) {
  if (op == "arith.addi")
    return static_cast<int64_t>(a + b);
  if (op == "arith.subi")
    return static_cast<int64_t>(a - b);
  if (op == "arith.muli")
    return static_cast<int64_t>(a * b);
  if (op == "arith.maxsi")
    return std::max(x, y);
  if (op == "arith.minsi")
    return std::min(x, y);
  if (op == "arith.andi")
    return static_cast<int64_t>(a & b);
  if (op == "arith.ori")
    return static_cast<int64_t>(a | b);
  if (op == "arith.xori")
    return static_cast<int64_t>(a ^ b);
  return std::nullopt;
}

} // namespace

std::optional<uint64_t> fold(const std::string& op, mlir::Type type,
                             llvm::ArrayRef<mlir::Type> types, llvm::ArrayRef<uint64_t> args) {
  auto real = [&](size_t i) { return static_cast<float>(toNumber(types[i], args[i])); };
  auto whole = [&](size_t i) {
    const unsigned width = types[i].getIntOrFloatBitWidth();
    return static_cast<int64_t>(args[i] << (64 - width)) >> (64 - width);
  };
  if (args.size() == 1 && (op == "arith.extsi" || op == "arith.trunci"))
    return type.getIntOrFloatBitWidth() == 64
               ? static_cast<uint64_t>(whole(0))
               : static_cast<uint64_t>(whole(0)) &
                     ((uint64_t{1} << type.getIntOrFloatBitWidth()) - 1);
  if (args.size() == 1 && (op == "arith.extui" || op == "arith.bitcast"))
    return args[0]; // bits beyond a type's are zero
  if (args.size() == 1 && op == "arith.sitofp" && type.isF32())
    return toBits(type, static_cast<float>(whole(0)));
  if (args.size() == 1 && op == "arith.negf" && type.isF32())
    return toBits(type, -real(0));
  if (args.size() != 2)
    return std::nullopt;
  if (type.isF32() && types[0].isF32()) {
    auto result = foldFloat(op, real(0), real(1));
    return result ? std::optional(toBits(type, *result)) : std::nullopt;
  }
  if (!type.isInteger() || types[0] != type)
    return std::nullopt;
  auto result = foldInteger(op, args[0], args[1], whole(0), whole(1));
  if (!result)
    return std::nullopt;
  const unsigned width = type.getIntOrFloatBitWidth();
  return width == 64 ? static_cast<uint64_t>(*result)
                     : static_cast<uint64_t>(*result) & ((uint64_t{1} << width) - 1);
}

} // namespace npuforge::match
