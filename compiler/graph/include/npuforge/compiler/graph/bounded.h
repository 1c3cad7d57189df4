#pragma once
// Results of @main of which only the device knows how long they are: the tensor has the most
// elements along one dimension, and another result, an integer, says how many of them count.

#include <optional>
#include <string>

#include <llvm/ADT/StringRef.h>
#include <mlir/IR/BuiltinAttributes.h>

namespace npuforge::graph {

/// Of a result: {dim = 1 : i64, extent = "NAME"}, where another result's graph.name is NAME.
inline constexpr llvm::StringLiteral kBoundedAttr = "graph.bounded";

struct Bounded {
  int64_t dim;
  std::string extent;
};

/// What the attributes of a result say.
inline std::optional<Bounded> boundedOf(mlir::DictionaryAttr attributes) {
  auto bounded = attributes ? attributes.getAs<mlir::DictionaryAttr>(kBoundedAttr) : nullptr;
  if (!bounded)
    return {};
  return Bounded{bounded.getAs<mlir::IntegerAttr>("dim").getInt(),
                 bounded.getAs<mlir::StringAttr>("extent").str()};
}

} // namespace npuforge::graph
