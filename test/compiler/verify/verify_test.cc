// Planted faults: a program with a damaged constant, a network with a wrong pass. Each must be
// found and named; the same without the fault must be found right.
#include <gtest/gtest.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/onnx/import.h"
#include "npuforge/compiler/verify/bisect.h"
#include "npuforge/compiler/verify/verify.h"
#include "npuforge/isa/spec.h"

#include "pipeline.h"

namespace npuforge::verify {
namespace {

const char* kModel = NPUFORGE_SOURCE_DIR "/test/compiler/models/Inputs/residual.onnx";

const Tolerances& tolerances() {
  static const Tolerances all(rules_file());
  return all;
}

/// A sum that adds its first operand to itself.
struct WrongSum : mlir::PassWrapper<WrongSum, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(WrongSum)
  llvm::StringRef getArgument() const override { return "wrong-sum"; }
  void runOnOperation() override {
    getOperation().walk([](mlir::Operation* op) {
      if (llvm::isa<graph::AddOp, graph::QAddOp>(op) &&
          op->getOperand(0).getType() == op->getOperand(1).getType())
        op->setOperand(1, op->getOperand(0));
    });
  }
};

class Verify : public ::testing::Test {
protected:
  Verify() : spec(isa::load_spec(isa::find_machine("edge16"))) {
    module = std::move(onnx::import_model(context, kModel, {}).module);
    imported = module->clone();
    auto main = imported->lookupSymbol<mlir::func::FuncOp>("main");
    inputs = make_inputs(main, {}, 1);
  }

  void run(const std::function<void(mlir::OpPassManager&)>& build) {
    mlir::PassManager passes(&context);
    build(passes);
    compiler::run_passes(passes, *module);
  }

  assembler::Program compile(bool wrong = false) {
    run([&](mlir::OpPassManager& passes) {
      compiler::add_graph_passes(passes, {});
      if (wrong)
        passes.nest<mlir::func::FuncOp>().addPass(std::make_unique<WrongSum>());
    });
    run([&](mlir::OpPassManager& passes) { npu::buildTilePipeline(passes, spec); });
    run([&](mlir::OpPassManager& passes) { npu::buildNpuPipeline(passes, spec); });
    return *npu::translateToProgram(*module, spec);
  }

  std::vector<Row> compare_with(const assembler::Program& program) {
    const auto values = layer_values(*module, program);
    return compare({*imported, program, values, spec, tolerances(), "f32"}, inputs);
  }

  /// The steps of the graph passes, with a wrong one before or behind them.
  std::vector<Step> bisect(bool before, bool behind) {
    std::vector<Step> steps;
    context.disableMultithreading();
    mlir::PassManager passes(&context);
    if (before)
      passes.nest<mlir::func::FuncOp>().addPass(std::make_unique<WrongSum>());
    compiler::add_graph_passes(passes, {});
    if (behind)
      passes.nest<mlir::func::FuncOp>().addPass(std::make_unique<WrongSum>());
    auto main = imported->lookupSymbol<mlir::func::FuncOp>("main");
    passes.addInstrumentation(
        make_bisection(inputs, outputs_of(main, inputs), tolerances(), "f32", steps));
    compiler::run_passes(passes, *module);
    return steps;
  }

  isa::Spec spec;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module, imported;
  std::vector<Tensor> inputs;
};

/// Turns the sign bits of a constant's bytes.
void damage(assembler::Program& program, const std::string& symbol) {
  for (const assembler::Symbol& each : program.symbols)
    for (assembler::Segment& segment : program.segments)
      if (each.name == symbol && each.value >= segment.address &&
          each.value + 64 <= segment.address + segment.bytes.size()) {
        for (size_t i = 0; i < 64; ++i)
          segment.bytes[each.value - segment.address + i] ^= std::byte{0x80};
        return;
      }
  FAIL() << "no constant " << symbol;
}

TEST_F(Verify, RightProgram) {
  const std::vector<Row> rows = compare_with(compile());
  EXPECT_EQ(first_difference(rows), nullptr) << describe(*first_difference(rows));
  EXPECT_GE(rows.size(), 6U); // layers and the output
}

TEST_F(Verify, DamagedWeightsNameTheirLayer) {
  assembler::Program program = compile();
  damage(program, "Gemm_30.weights");
  const std::vector<Row> rows = compare_with(program);
  const Row* row = first_difference(rows);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->node, "Gemm_30");
  EXPECT_GT(row->worst->error, 1);
}

TEST_F(Verify, WrongLoweringNamesItsLayer) {
  const std::vector<Row> rows = compare_with(compile(true));
  const Row* row = first_difference(rows);
  ASSERT_NE(row, nullptr);
  EXPECT_NE(row->node.find("Add"), std::string::npos) << row->node;
}

TEST_F(Verify, FirstLayerOfSeveral) {
  assembler::Program program = compile();
  damage(program, "Conv_4_Add_8.weights");
  damage(program, "Gemm_30.weights");
  const std::vector<Row> rows = compare_with(program);
  const Row* row = first_difference(rows);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->node, "Conv_4+Add_8");
}

TEST_F(Verify, BisectRightPasses) {
  const std::vector<Step> steps = bisect(false, false);
  EXPECT_EQ(first_difference(steps), nullptr);
  size_t compared = 0;
  for (const Step& step : steps)
    compared += step.skipped.empty();
  EXPECT_GT(compared, steps.size() / 2);
}

TEST_F(Verify, BisectNamesTheFirstPass) {
  const std::vector<Step> steps = bisect(true, false);
  ASSERT_NE(first_difference(steps), nullptr);
  EXPECT_EQ(first_difference(steps)->pass, "wrong-sum");
}

TEST_F(Verify, BisectNamesTheLastPass) {
  const std::vector<Step> steps = bisect(false, true);
  ASSERT_NE(first_difference(steps), nullptr);
  EXPECT_EQ(first_difference(steps)->pass, "wrong-sum");
  EXPECT_EQ(first_difference(steps), &steps.back());
}

Step step_of(const std::string& pass, const std::string& skipped, bool differs) {
  Step step{pass, skipped, "y", {}};
  if (differs)
    step.worst = Worst{0, 1, 2, 1, false};
  return step;
}

TEST(Suspects, PassesThatCouldNotBeCompared) {
  const std::vector<Step> right{step_of("a", "", false), step_of("b", "mixed", false)};
  EXPECT_EQ(suspects(right), std::vector<std::string>{"b"});
  const std::vector<Step> wrong{step_of("a", "", false), step_of("b", "mixed", false),
                                step_of("c", "", true), step_of("d", "", true)};
  EXPECT_EQ(suspects(wrong), (std::vector<std::string>{"b", "c"}));
  EXPECT_TRUE(suspects({step_of("a", "", false)}).empty());
}

} // namespace
} // namespace npuforge::verify
