// tile-generate: the code that the plans say.
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/tile/dram.h"
#include "npuforge/compiler/tile/host_control.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "control/control_code.h"
#include "conv/rows.h"
#include "cores/core_code.h"
#include "cores/core_flow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Bytes of a constant activation in blocked layout.
std::vector<int8_t> packBlocked(DenseElementsAttr value, Shape shape, int64_t cols) {
  const int64_t blocks = ceilDiv(shape.channels, cols), pixels = shape.height * shape.width;
  std::vector<int8_t> bytes(blocks * pixels * cols, 0);
  int64_t index = 0;
  for (int64_t element : graph::integers(value)) {
    const int64_t channel = index / pixels, pixel = index % pixels;
    bytes[((channel / cols) * pixels + pixel) * cols + channel % cols] =
        static_cast<int8_t>(element);
    ++index;
  }
  return bytes;
}

/// The code of a whole network.
class Network {
public:
  Network(func::FuncOp main, const isa::Spec& spec)
      : main_(main), spec_(spec), machine_(spec.machine), builder_(main), data_(main),
        tensors_(data_), session_(tensors_, machine_) {}

  LogicalResult run() {
    FailureOr<Flow> flow = readFlow(main_);
    if (failed(flow) || failed(makeInputs(flow->steps)))
      return failure();
    makeConstants(*flow);
    const Lives lives(*flow);
    defineResults(*flow, lives);
    // For copies that only signal, of each core.
    tensors_.reserve("idle", machine_.dram.beat_bytes * machine_.cores);
    const SmallVector<func::FuncOp> functions = functionsOf(*flow);
    builder_.setInsertionPoint(main_);
    Emit emit(builder_, main_.getLoc(), machine_);
    if (failed(writeCores(emit, std::move(*flow))) || failed(makeOutputs(emit)))
      return failure();
    auto module = main_->getParentOfType<ModuleOp>();
    tensors_.assignAddresses(module);
    for (func::FuncOp function : functions)
      function.erase();
    return checkDram(module, machine_, 0);
  }

private:
  static bool isPlain(Value input, const std::vector<Step>& steps) {
    return llvm::all_of(steps, [&](const Step& step) {
      return !step.isLayer() ||
             ((step.layer.input != input || step.plan.plain) && !readsBesides(step.layer, input));
    });
  }

  static bool isRowMajor(Value value) { return isWords(value) || isNarrow(value); }
  int64_t bytesOf(Value value) const { return wordsBytes(value, machine_); }

  void defineResults(Flow& flow, const Lives& lives) {
    for (Step& step : flow.steps) {
      if (!step.isLayer()) {
        defineControl(session_, lives, step, machine_);
        for (Flow& body : step.bodies)
          defineResults(body, lives);
        continue;
      }
      Value result = step.layer.root->getResult(0);
      if (Operation* move = storedMove(step.layer)) {
        result = move->getResult(0);
        session_.define(step.layer.root->getResult(0), {});
      }
      const int64_t bytes =
          isRowMajor(result) ? bytesOf(result) : session_.blockedBytes(shapeOf(result));
      Tensor tensor = session_.reserve(step.name + ".out", bytes);
      session_.defineAll(result, tensor);
      if (isRowMajor(result))
        session_.setLife(tensor, step.first, std::max(step.first, lives.lastRead(result)));
    }
  }

  /// Those of bodies first.
  static SmallVector<func::FuncOp> functionsOf(const Flow& flow) {
    SmallVector<func::FuncOp> functions;
    for (const Step& step : flow.steps)
      for (const Flow& body : step.bodies)
        llvm::append_range(functions, functionsOf(body));
    functions.push_back(flow.function);
    return functions;
  }

  LogicalResult writeCores(Emit& emit, Flow flow) {
    const bool host_control = main_->getParentOp()->hasAttr(kHostControlAttr);
    FailureOr<std::vector<CoreFlow>> divided = divideFlow(std::move(flow), spec_);
    if (failed(divided))
      return failure();
    if (divided->size() > 1)
      tensors_.keepApart();
    for (CoreFlow& own : *divided) {
      if (machine_.cores == 1)
        return CoreCode(emit, tensors_, spec_, own.core).write(own.flow, host_control);
      auto op = CoreOp::create(builder_, main_.getLoc(), own.core);
      OpBuilder::InsertionGuard guard(builder_);
      builder_.createBlock(&op.getBody());
      if (failed(CoreCode(emit, tensors_, spec_, own.core).write(own.flow, host_control)))
        return failure();
    }
    return success();
  }

  /// The loader finds the channels of a blocked tensor in the network's shape [1, C, ...].
  static bool sameShape(DictionaryAttr attributes, Shape shape) {
    auto list = attributes.getAs<ArrayAttr>("graph.shape");
    SmallVector<int64_t> extents;
    for (Attribute extent : list ? list.getValue() : ArrayRef<Attribute>())
      extents.push_back(cast<IntegerAttr>(extent).getInt());
    int64_t positions = 1;
    for (size_t i = 2; i < extents.size(); ++i)
      positions *= extents[i];
    return extents.size() >= 2 && extents[0] == 1 && extents[1] == shape.channels &&
           positions == shape.height * shape.width;
  }

  LogicalResult makeInputs(const std::vector<Step>& steps) {
    for (BlockArgument argument : main_.getArguments()) {
      if (isWords(argument)) {
        makePort(argument, main_.getArgAttrDict(argument.getArgNumber()), false,
                 session_.reserve("input." + std::to_string(argument.getArgNumber()),
                                  bytesOf(argument)));
        continue;
      }
      auto attributes = main_.getArgAttrDict(argument.getArgNumber());
      if (isNarrow(argument)) {
        makeBytes(argument, attributes);
        continue;
      }
      const Shape shape = shapeOf(argument);
      std::string name = attributes.getAs<StringAttr>("graph.name").str();
      const bool rows = !argument.use_empty() && isPlain(argument, steps);
      // One pixel's channels lie the same way in both layouts.
      const bool plain = rows || shape.height * shape.width == 1;
      if (!plain && !sameShape(attributes, shape))
        return main_.emitError() << "input '" << name
                                 << "' is reshaped before a layer that needs its channels in "
                                 << "blocks, which the loader does not do";
      const int64_t bytes =
          rows ? shape.channels * shape.height * shape.width : session_.blockedBytes(shape);
      Tensor tensor = session_.reserve("input." + name, bytes);
      tensor.plain = rows;
      PortOp::create(data_, argument.getLoc(), name, false, tensor.symbol,
                     plain ? "plain" : "blocked", attributes);
      session_.define(argument, tensor);
    }
    return success();
  }

  /// An input that the loader quantises, in rows.
  void makeBytes(BlockArgument argument, DictionaryAttr attributes) {
    const Tensor tensor =
        session_.reserve("input." + std::to_string(argument.getArgNumber()), bytesOf(argument));
    PortOp::create(data_, argument.getLoc(), attributes.getAs<StringAttr>("graph.name"), false,
                   tensor.symbol, "plain", attributes);
    session_.defineAll(argument, tensor);
  }

  /// A network's input or output of words.
  void makePort(Value value, DictionaryAttr attributes, bool output, const Tensor& tensor,
                int64_t offset = 0) {
    PortOp::create(data_, value.getLoc(), attributes.getAs<StringAttr>("graph.name"), output,
                   tensor.symbol, "words", attributes, offset);
    if (!output)
      session_.defineAll(value, tensor);
  }

  /// Little-endian.
  void makeWords(graph::ConstantOp constant, int index) {
    auto value = cast<DenseElementsAttr>(constant.getValue());
    const Tensor tensor = session_.constant("constant." + std::to_string(index), value,
                                            bytesOf(constant.getResult()));
    session_.defineAll(constant.getResult(), tensor);
  }

  static bool readsWords(Operation* user) {
    return wordsKind(*user) || graph::isControl(*user) || user->hasAttr(kFusedAttr) ||
           mlir::isa<graph::ReshapeOp, func::ReturnOp>(user);
  }

  void makeConstants(const Flow& flow) {
    for (const Step& step : flow.steps)
      for (const Flow& body : step.bodies)
        makeConstants(body);
    func::FuncOp(flow.function).walk([&, &index = constant_index_](graph::ConstantOp constant) {
      if (isRowMajor(constant.getResult()) && llvm::any_of(constant->getUsers(), readsWords))
        return makeWords(constant, index++);
      // Only those that an elementwise layer reads lie in DRAM as they are.
      for (Operation* user : constant->getUsers())
        if (mlir::isa<graph::QAddOp, graph::MapOp>(user) &&
            getElementTypeOrSelf(constant.getType()).isSignlessInteger(8) &&
            !session_.knows(constant.getResult())) {
          const Shape shape = shapeOf(constant.getResult());
          auto bytes =
              packBlocked(cast<DenseElementsAttr>(constant.getValue()), shape, machine_.array.cols);
          session_.define(constant.getResult(),
                          session_.constant("constant." + std::to_string(index++), bytes));
        }
    });
  }

  /// Where an output lies in its data: outside of loops that is the same in each run.
  int64_t placeOf(Emit& emit, Value result) {
    const Tensor& tensor = session_.tensor(result);
    return tensor.at ? *getConstantIntValue(tensor.at(emit)) : 0;
  }

  LogicalResult makeOutputs(Emit& emit) {
    auto results = cast<func::ReturnOp>(main_.getBody().front().getTerminator()).getOperands();
    for (auto [index, result] : llvm::enumerate(results)) {
      auto attributes = main_.getResultAttrDict(index);
      if (isWords(result)) {
        makePort(result, attributes, true, session_.tensor(result), placeOf(emit, result));
        continue;
      }
      if (!result.getDefiningOp() || !isLayer(*result.getDefiningOp()))
        return main_.emitError() << "output '"
                                 << attributes.getAs<StringAttr>("graph.name").getValue()
                                 << "' is not computed by any layer";
      const Shape shape = shapeOf(result);
      if (shape.height * shape.width != 1 && !sameShape(attributes, shape))
        return main_.emitError() << "output '"
                                 << attributes.getAs<StringAttr>("graph.name").getValue()
                                 << "' is reshaped after a layer that writes its channels in "
                                    "blocks, which the loader "
                                 << "does not do";
      PortOp::create(data_, result.getLoc(), attributes.getAs<StringAttr>("graph.name"), true,
                     session_.tensor(result).symbol,
                     shape.height * shape.width == 1 ? "plain" : "blocked", attributes);
    }
    return success();
  }

  func::FuncOp main_;
  const isa::Spec& spec_;
  const isa::Machine& machine_;
  OpBuilder builder_, data_;
  Tensors tensors_;
  Session session_; ///< runs nothing: for what lies in DRAM
  int constant_index_ = 0;
};

struct GeneratePass : SpecPass<GeneratePass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GeneratePass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-generate"; }
  StringRef getDescription() const override {
    return "Make the tile operations that the layers' plans say";
  }
  void getDependentDialects(DialectRegistry& registry) const override {
    registry.insert<TileDialect, arith::ArithDialect, scf::SCFDialect>();
  }
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return getOperation().emitError() << "there is no function @main", signalPassFailure();
    if (failed(Network(main, spec()).run()))
      signalPassFailure();
  }
};

} // namespace

void registerGeneratePass() {
  PassRegistration<GeneratePass>();
}

std::unique_ptr<Pass> createGeneratePass(const isa::Spec& spec) {
  return std::make_unique<GeneratePass>(spec);
}

} // namespace npuforge::tile
