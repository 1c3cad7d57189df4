// Transposes of constants are constants, by each of the two ways: graph.move of the builder, the
// folder of graph.transpose. Sizes beyond the tiles in which they are copied.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {
namespace {

const Shape kShape{3, 70, 2, 41};

mlir::DenseElementsAttr numbered(mlir::Type element) {
  auto type = mlir::RankedTensorType::get(kShape, element);
  std::vector<mlir::APInt> values;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    values.emplace_back(element.getIntOrFloatBitWidth(), static_cast<uint64_t>(i), false, true);
  return mlir::DenseElementsAttr::get(type, values);
}

/// Element by element, by its index.
std::vector<int64_t> wanted(const std::vector<int64_t>& source, const Shape& perm) {
  const Shape from = strides(kShape);
  std::vector<int64_t> result;
  auto size = [&](int i) { return kShape[static_cast<size_t>(perm[static_cast<size_t>(i)])]; };
  auto step = [&](int i) { return from[static_cast<size_t>(perm[static_cast<size_t>(i)])]; };
  for (int64_t a = 0; a < size(0); ++a)
    for (int64_t b = 0; b < size(1); ++b)
      for (int64_t c = 0; c < size(2); ++c)
        for (int64_t d = 0; d < size(3); ++d)
          result.push_back(
              source[static_cast<size_t>(a * step(0) + b * step(1) + c * step(2) + d * step(3))]);
  return result;
}

class Transpose : public ::testing::TestWithParam<int> {};

TEST_P(Transpose, AllOrders) {
  mlir::MLIRContext context;
  context.loadDialect<GraphDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  mlir::OpBuilder builder(&context);
  builder.setInsertionPointToEnd(module->getBody());
  Build build(builder, module->getLoc());
  const auto number = numbered(builder.getIntegerType(static_cast<unsigned>(GetParam())));
  mlir::Value constant = build.constant(number);
  Shape perm(4);
  std::iota(perm.begin(), perm.end(), 0);
  do {
    const std::vector<int64_t> expected = wanted(integers(number), perm);
    auto moved = constantValue(build.transpose(constant, perm));
    ASSERT_TRUE(moved);
    EXPECT_EQ(integers(moved), expected) << text(perm);
    auto folded = constantValue(builder.createOrFold<TransposeOp>(
        module->getLoc(), moved.getType(), constant, builder.getDenseI64ArrayAttr(perm)));
    ASSERT_TRUE(folded);
    EXPECT_EQ(integers(folded), expected) << text(perm);
  } while (std::next_permutation(perm.begin(), perm.end()));
}

INSTANTIATE_TEST_SUITE_P(Bits, Transpose, ::testing::Values(8, 16, 32, 64));

} // namespace
} // namespace npuforge::graph
