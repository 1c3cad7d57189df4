#include "npuforge/compiler/graph/images.h"

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/control.h"

namespace npuforge::graph {

using namespace mlir;

namespace {

constexpr llvm::StringLiteral kName = "graph.name";

DictionaryAttr named(DictionaryAttr attributes, int64_t image) {
  NamedAttrList list(attributes);
  auto name = attributes.getAs<StringAttr>(kName);
  list.set(kName, StringAttr::get(attributes.getContext(),
                                  name.getValue() + llvm::Twine(".") + llvm::Twine(image)));
  return list.getDictionary(attributes.getContext());
}

/// The function's ends and body as they are for one image.
struct Original {
  SmallVector<BlockArgument> inputs;
  SmallVector<DictionaryAttr> input_attributes, output_attributes;
  SmallVector<Operation*> operations;
};

Original originalOf(func::FuncOp main) {
  Original original;
  original.inputs.append(main.args_begin(), main.args_end());
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    original.input_attributes.push_back(main.getArgAttrDict(i));
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    original.output_attributes.push_back(main.getResultAttrDict(i));
  for (Operation& op : main.getBody().front().without_terminator())
    if (!mlir::isa<ConstantOp>(op))
      original.operations.push_back(&op);
  return original;
}

/// What the image after those that are there computes; returns its results.
SmallVector<Value> addImage(func::FuncOp main, const Original& original, int64_t image) {
  IRMapping mapping;
  for (auto [input, attributes] : llvm::zip(original.inputs, original.input_attributes)) {
    const unsigned index = main.getNumArguments();
    (void)main.insertArgument(index, input.getType(), named(attributes, image), input.getLoc());
    mapping.map(input, main.getArgument(index));
  }
  Operation* end = main.getBody().front().getTerminator();
  OpBuilder builder(end);
  for (Operation* op : original.operations)
    builder.clone(*op, mapping);
  SmallVector<Value> results;
  for (size_t i = 0; i < original.output_attributes.size(); ++i)
    results.push_back(mapping.lookupOrDefault(end->getOperand(static_cast<unsigned>(i))));
  return results;
}

} // namespace

LogicalResult makeImages(ModuleOp module, int64_t count) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  for (Operation& op : main.getBody().front())
    if (isControl(op))
      return op.emitError() << "is control flow, of which several images at once have none";
  const Original original = originalOf(main);
  Operation* end = main.getBody().front().getTerminator();
  SmallVector<Value> results(end->operand_begin(), end->operand_end());
  SmallVector<DictionaryAttr> attributes;
  for (int64_t image = 0; image < count; ++image) {
    if (image > 0)
      llvm::append_range(results, addImage(main, original, image));
    for (DictionaryAttr output : original.output_attributes)
      attributes.push_back(named(output, image));
  }
  for (auto [index, input] : llvm::enumerate(original.input_attributes))
    main.setArgAttrs(static_cast<unsigned>(index), named(input, 0));
  end->setOperands(results);
  main.setType(FunctionType::get(module.getContext(), main.getArgumentTypes(),
                                 ValueRange(results).getTypes()));
  main.setAllResultAttrs(ArrayRef<DictionaryAttr>(attributes));
  return success();
}

} // namespace npuforge::graph
