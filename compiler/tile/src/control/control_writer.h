#pragma once
// What the code of branches and of loops has in common.

#include "control/control_code.h"

namespace npuforge::tile {

class ControlWriter {
public:
  using Body = WriteBody;
  ControlWriter(Emit& emit, Session& session, Step& step, const Body& body)
      : e(emit), s(session), step(step), body(body) {}

protected:
  using Value = mlir::Value;

  void inside(mlir::Region& region, const std::function<void()>& write);
  /// A layer of copies; none where there is nothing to copy.
  void layer(const char* what, llvm::ArrayRef<Transfer> copies,
             const std::function<void()>& more = nullptr);
  /// What has no elements is not copied.
  static void add(llvm::SmallVector<Transfer>& copies, const Tensor& from, const Tensor& to,
                  int64_t bytes);
  /// A body's arguments are these values.
  void alias(llvm::ArrayRef<Value> arguments, mlir::ValueRange values);
  /// The number that decides: in a register, at once if its layer has loaded it. Where the host
  /// decides, the program stops for it first.
  Value decision(Value value, const char* what);
  void askHost(const char* what);

  Emit& e;
  Session& s;
  Step& step;
  const Body& body;
};

/// The code of a branch.
class BranchWriter : ControlWriter {
public:
  using ControlWriter::ControlWriter;
  void run(graph::IfOp op);
};

} // namespace npuforge::tile
