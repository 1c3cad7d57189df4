#include "cut_layers.h"

#include <random>

#include <gtest/gtest.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/Pass/PassInstrumentation.h>

#include "cores/part.h"

namespace npuforge::test {

namespace {

using tile::Part, tile::Range;

class Cutter : public mlir::PassInstrumentation {
public:
  Cutter(const isa::Spec& spec, uint32_t seed) : spec_(spec), random_(seed) {}

  void runAfterPass(mlir::Pass* pass, mlir::Operation* op) override {
    if (pass->getArgument() == "tile-plan")
      op->walk([&](mlir::Operation* inner) {
        if (tile::isLayer(*inner))
          cut(*inner);
      });
  }

private:
  /// At most four ranges of a whole.
  std::vector<std::optional<Range>> ranges(int64_t extent) {
    std::vector<std::optional<Range>> list;
    for (int64_t begin = 0; begin < extent;) {
      const bool last = list.size() == 3;
      const int64_t size = last ? extent - begin : 1 + random_() % (extent - begin);
      list.push_back(Range{begin, begin + size});
      begin += size;
    }
    if (list.size() == 1)
      return {std::nullopt};
    return list;
  }

  void cut(mlir::Operation& root) {
    auto layer = tile::readLayer(root);
    ASSERT_TRUE(mlir::succeeded(layer));
    const tile::Splits splits = tile::splitsOf(*layer, spec_.machine);
    std::vector<tile::Task> tasks;
    for (const auto& rows : ranges(splits.rows))
      for (const auto& blocks : ranges(splits.blocks)) {
        const Part part{rows, blocks};
        auto plan = tile::planPart(*layer, part, spec_);
        if (std::holds_alternative<std::string>(plan))
          return;
        tasks.push_back({0, part, std::get<mlir::Attribute>(plan)});
      }
    std::shuffle(tasks.begin(), tasks.end(), random_);
    root.setAttr(tile::kTasksAttr, tile::toAttribute(root.getContext(), tasks));
  }

  const isa::Spec& spec_;
  std::mt19937 random_;
};

} // namespace

void cutLayers(mlir::PassManager& passes, const isa::Spec& spec, uint32_t seed) {
  passes.addInstrumentation(std::make_unique<Cutter>(spec, seed));
}

} // namespace npuforge::test
