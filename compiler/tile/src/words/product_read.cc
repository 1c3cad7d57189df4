// Contract and convolve as products, and the attribute that holds a product's plan.
#include <bit>

#include "npuforge/compiler/graph/Graph.h"

#include "mlir/IR/TypeUtilities.h"
#include "words/product.h"

namespace npuforge::tile {

using namespace mlir;

std::unique_ptr<LayerCode> makeProduct(Emit& emit, Session& session, Operation& op,
                                       const isa::Spec& spec, const Part& part);

namespace {

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

Product readContract(graph::ContractOp op) {
  auto left = extentsOf(op.getLhs()), right = extentsOf(op.getRhs());
  const int64_t batch = std::max(left[0], right[0]), m = left[1], k = left[2], n = right[2];
  Product p;
  p.channels = p.left_pitch = k;
  p.outputs = p.right_pitch = p.result_pitch = n;
  p.axes[3].in = p.axes[3].out = m;
  if (right[0] == 1) { // one matrix for all: its batches are more rows
    p.axes[3].in = p.axes[3].out = batch * m;
    return p;
  }
  p.slices = batch;
  p.left_step = left[0] == 1 ? 0 : m * k;
  p.right_step = k * n;
  p.result_step = m * n;
  return p;
}

FailureOr<Product> readConvolve(graph::ConvolveOp op) {
  auto in = extentsOf(op.getInput()), kernel = extentsOf(op.getWeights()),
       out = extentsOf(op.getResult());
  const size_t dims = in.size() - 2;
  if (dims > 3)
    return op.emitError() << "has " << dims << " dimensions; convolutions of up to 3 are known",
           failure();
  Product p;
  p.axes[0].in = p.axes[0].out = in[0];
  for (size_t i = 0; i < dims; ++i) {
    WindowAxis& axis = p.axes[4 - dims + i];
    axis = {in[i + 1],          out[i + 1],           kernel[i],
            op.getStrides()[i], op.getDilations()[i], op.getPads()[i]};
    if (axis.kernel == 1)
      axis.dilation = 1;
  }
  p.axes = mergePlain(p.axes);
  const int64_t groups = op.getGroups();
  p.slices = groups;
  p.channels = kernel[dims], p.outputs = kernel[dims + 1] / groups;
  p.left_pitch = in.back(), p.right_pitch = p.result_pitch = kernel[dims + 1];
  p.left_step = p.channels, p.right_step = p.result_step = p.outputs;
  p.output_step = groups > 1 ? p.outputs : 0;
  return p;
}

constexpr const char* kOrders[] = {"panels_inside", "tiles_inside"};

} // namespace

std::string unmetPrecision(Operation& op) {
  auto precision = op.getAttrOfType<StringAttr>("precision");
  if (!precision || precision.getValue() == "f32")
    return "";
  return "its operands are not yet of its precision, " + precision.str() +
         ": graph-narrow makes them so";
}

FailureOr<ProductOperands> readProduct(Operation& op) {
  // Words of integers hold i8 (graph-words sees to that), of which the array takes the low bytes.
  Type type = getElementTypeOrSelf(op.getOperand(0).getType());
  const std::string element = type.isF32()    ? "f32"
                              : type.isF16()  ? "f16"
                              : type.isBF16() ? "bf16"
                                              : "i8";
  auto sized = [&](Product product) {
    product.stored = elementBytes(op.getOperand(0));
    product.element = element == "i8" ? 1 : product.stored;
    return product;
  };
  if (auto contract = dyn_cast<graph::ContractOp>(op))
    return ProductOperands{sized(readContract(contract)), contract.getLhs(), contract.getRhs(),
                           contract.getResult(), element};
  auto convolve = cast<graph::ConvolveOp>(op);
  FailureOr<Product> product = readConvolve(convolve);
  if (failed(product))
    return failure();
  return ProductOperands{sized(*product), convolve.getInput(), convolve.getWeights(),
                         convolve.getResult(), element};
}

Attribute toAttribute(MLIRContext* context, const ProductPlan& plan) {
  Builder b(context);
  auto number = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  return b.getDictionaryAttr(
      {b.getNamedAttr("tile", b.getDenseI64ArrayAttr(plan.tile)), number("panel", plan.panel),
       number("channels", plan.channels), number("rows", plan.rows),
       b.getNamedAttr("merged", b.getBoolAttr(plan.merged)),
       b.getNamedAttr("order", b.getStringAttr(kOrders[static_cast<int>(plan.order)]))});
}

FailureOr<ProductPlan> readProductPlan(Operation& op) {
  auto attribute = op.getAttrOfType<DictionaryAttr>(kPlanAttr);
  auto wrong = [&] { return op.emitError() << "has no complete " << kPlanAttr, failure(); };
  if (!attribute)
    return wrong();
  auto number = [&](StringRef name) { return attribute.getAs<IntegerAttr>(name); };
  auto tile = attribute.getAs<DenseI64ArrayAttr>("tile");
  auto merged = attribute.getAs<BoolAttr>("merged");
  auto order = attribute.getAs<StringAttr>("order");
  if (!tile || tile.size() != 4 || !number("panel") || !number("channels") || !number("rows") ||
      !merged || !order || !llvm::is_contained(kOrders, order.getValue()))
    return wrong();
  ProductPlan plan;
  llvm::copy(tile.asArrayRef(), plan.tile.begin());
  plan.panel = number("panel").getInt(), plan.channels = number("channels").getInt();
  plan.rows = number("rows").getInt(), plan.merged = merged.getValue();
  plan.order = static_cast<ProductOrder>(llvm::find(kOrders, order.getValue()) - kOrders);
  return plan;
}

namespace {

bool handlesProduct(Operation& op) {
  return mlir::isa<graph::ContractOp, graph::ConvolveOp>(op) && !op.hasAttr(kFusedAttr) &&
         (llvm::all_of(op.getOperands(), isWords) || llvm::all_of(op.getOperands(), isNarrow)) &&
         isWords(op.getResult(0));
}

/// Does the array of the machine multiply elements of this type?
bool multiplies(const isa::Spec& spec, StringRef element) {
  return llvm::any_of(spec.instructions, [&](const isa::Instruction& instruction) {
    return instruction.action == isa::Action::Multiply &&
           element == isa::name(instruction.find("src")->type);
  });
}

std::string writeProductPlan(Operation& op, const isa::Spec& spec, const match::Patterns&, bool) {
  if (auto types = op.getAttrOfType<ArrayAttr>("operand_types")) // by graph-words
    for (StringRef type : types.getAsValueRange<StringAttr>())
      if (type != "i8")
        return "its array multiplies i8, not " + type.str();
  if (std::string reason = unmetPrecision(op); !reason.empty())
    return reason;
  const isa::Machine& machine = spec.machine;
  FailureOr<ProductOperands> operands = readProduct(op);
  if (failed(operands))
    return "its shape is not known";
  if (!multiplies(spec, operands->element))
    return "its array multiplies no " + operands->element;
  if (!std::has_single_bit(static_cast<uint64_t>(machine.array.rows)) ||
      !std::has_single_bit(static_cast<uint64_t>(machine.array.cols)))
    return "tiles are counted by shifts, so its array must have powers of two of rows and columns";
  if (!WordMoves(spec).store)
    return "it has no instruction that copies words from the accumulator to the scratchpad";
  auto plan = planProduct(operands->product, machine);
  if (auto* reason = std::get_if<std::string>(&plan))
    return *reason;
  op.setAttr(kPlanAttr, toAttribute(op.getContext(), std::get<ProductPlan>(plan)));
  return "";
}

} // namespace

const WordsKind kWordsProduct{handlesProduct, writeProductPlan, makeProduct, splitsOfProduct};

} // namespace npuforge::tile
