#pragma once
// A pass over the module that asks a spec: given by the program that builds the pipeline, or, in a
// text pipeline, by the option `machine`.

#include <memory>

#include "npuforge/isa/default_machine.h"
#include "npuforge/isa/spec.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace npuforge::tile {

template <typename Derived>
class SpecPass : public mlir::PassWrapper<Derived, mlir::OperationPass<mlir::ModuleOp>> {
  using Base = mlir::PassWrapper<Derived, mlir::OperationPass<mlir::ModuleOp>>;

public:
  SpecPass() = default;
  /// The spec must outlive the pass.
  explicit SpecPass(const isa::Spec& spec) : spec_(&spec) {}
  SpecPass(const SpecPass& other) : Base(other), spec_(other.spec_) {}

  mlir::LogicalResult initialize(mlir::MLIRContext* context) override {
    if (spec_)
      return mlir::success();
    try {
      loaded_ = std::make_shared<isa::Spec>(isa::load_spec(isa::find_machine(machine)));
    } catch (const isa::SpecError& error) {
      return mlir::emitError(mlir::UnknownLoc::get(context)) << error.what();
    }
    spec_ = loaded_.get();
    return mlir::success();
  }

protected:
  const isa::Spec& spec() const { return *spec_; }

private:
  mlir::Pass::Option<std::string> machine{
      *this, "machine", llvm::cl::desc("a reference machine's name or a spec file"),
      llvm::cl::init(isa::kDefaultMachine)};
  const isa::Spec* spec_ = nullptr;
  std::shared_ptr<isa::Spec> loaded_;
};

} // namespace npuforge::tile
