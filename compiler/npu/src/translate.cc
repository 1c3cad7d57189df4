// npu.program and tile.data to a program.
#include <span>

#include "npuforge/compiler/graph/bounded.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/dram.h"

#include "llvm/ADT/StringSet.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace npuforge::npu {

using namespace mlir;

namespace {

class Translation {
public:
  Translation(ModuleOp module, const isa::Spec& spec) : module_(module), spec_(spec) {}

  FailureOr<assembler::Program> run() {
    program_.machine_name = spec_.machine.name;
    program_.spec_hash = spec_.hash;
    addData();
    addPorts();
    for (ProgramOp program : module_.getOps<ProgramOp>()) {
      findLabels(program);
      for (InstOp inst : program.getBody().getOps<InstOp>())
        if (failed(add(inst)))
          return failure();
    }
    if (failed(tile::checkDram(module_, spec_.machine, program_.text.size() * spec_.word_bytes())))
      return failure();
    assembler::sort(program_);
    for (const std::string& problem : assembler::problems(program_, spec_)) {
      module_.emitError() << problem;
      ok_ = false;
    }
    if (!ok_)
      return failure();
    return std::move(program_);
  }

private:
  /// Constants are one segment, what the program writes another; the text follows both.
  void addData() {
    assembler::Segment constants{".data", 0, 0, {}}, zeros{".bss", 0, 0, {}};
    uint64_t end = 0;
    for (tile::DataOp data : module_.getOps<tile::DataOp>()) {
      assembler::Segment& segment = data.getValue() ? constants : zeros;
      const uint64_t first = data.getAddress(), last = first + data.getBytes();
      const uint64_t before = segment.size ? segment.address + segment.size : last;
      segment.address = segment.size ? std::min(segment.address, first) : first;
      segment.size = std::max(before, last) - segment.address;
      if (data.getValue()) {
        if (segment.bytes.empty())
          segment.bytes.reserve(constantBytes());
        segment.bytes.resize(data.getAddress() - segment.address);
        appendBytes(segment.bytes, cast<DenseElementsAttr>(*data.getValue()));
        segment.bytes.resize(last - segment.address);
      }
      program_.symbols.push_back({data.getSymName().str(), data.getAddress(), false});
      end = std::max(end, data.getAddress() + data.getBytes());
    }
    for (assembler::Segment* segment : {&constants, &zeros})
      if (segment->size > 0)
        program_.segments.push_back(std::move(*segment));
    const uint64_t line = spec_.machine.sequencer.line_bytes;
    program_.text_address = (end + line - 1) / line * line;
  }

  /// Nearly all of a large network's program: not to be copied while it grows.
  uint64_t constantBytes() {
    uint64_t first = UINT64_MAX, last = 0;
    for (tile::DataOp data : module_.getOps<tile::DataOp>())
      if (data.getValue()) {
        first = std::min<uint64_t>(first, data.getAddress());
        last = std::max<uint64_t>(last, data.getAddress() + data.getBytes());
      }
    return last - first;
  }

  static void appendBytes(std::vector<std::byte>& bytes, DenseElementsAttr value) {
    auto raw = std::as_bytes(std::span(value.getRawData().data(), value.getRawData().size()));
    const int64_t times = value.isSplat() ? value.getNumElements() : 1;
    for (int64_t i = 0; i < times; ++i)
      bytes.insert(bytes.end(), raw.begin(), raw.end());
  }

  void addPorts() {
    for (tile::PortOp op : module_.getOps<tile::PortOp>()) {
      auto data = module_.lookupSymbol<tile::DataOp>(op.getData());
      DictionaryAttr interface = op.getInterface();
      assembler::Port port;
      port.name = op.getName().str();
      port.type = interface.getAs<StringAttr>("graph.type").str();
      port.layout = op.getLayout().str();
      port.address = data.getAddress() + op.getOffset();
      for (Attribute extent : interface.getAs<ArrayAttr>("graph.shape"))
        port.shape.push_back(cast<IntegerAttr>(extent).getInt());
      if (port.layout != "words")
        addQuantisation(interface, port.quantisation);
      if (auto bounded = graph::boundedOf(interface))
        port.bounded = assembler::BoundedDim{bounded->dim, bounded->extent};
      port.bytes = assembler::port_bytes(port, spec_);
      (op.getOutput() ? program_.outputs : program_.inputs).push_back(std::move(port));
    }
  }

  static void addQuantisation(DictionaryAttr interface, assembler::Quantisation& quantisation) {
    quantisation.scale = interface.getAs<FloatAttr>("graph.scale").getValueAsDouble();
    quantisation.zero_point = interface.getAs<IntegerAttr>("graph.zero_point").getInt();
    quantisation.type = interface.getAs<StringAttr>("graph.qtype").str();
  }

  void findLabels(ProgramOp program) {
    uint32_t index = 0;
    llvm::StringSet<> named;
    for (Operation& op : program.getBody().front()) {
      if (mlir::isa<InstOp>(op))
        ++index;
      if (auto label = dyn_cast<LabelOp>(op))
        labels_[label.getName()] = index;
      if (auto stop = dyn_cast<StopOp>(op))
        program_.stops.push_back({index, stop.getReason().str(), stop.getResumes()});
      if (auto layer = dyn_cast<LayerOp>(op)) {
        if (!program_.layers.empty())
          program_.layers.back().last = index;
        program_.layers.push_back({layer.getName().str(), index, index});
        if (named.insert(layer.getName()).second) // a loop's end belongs to it, too
          program_.symbols.push_back({layer.getName().str(), index, true});
      }
    }
    if (!program_.layers.empty())
      program_.layers.back().last = index;
  }

  uint32_t mask(InstOp inst, ArrayAttr units) {
    uint32_t bits = 0;
    for (Attribute entry : units ? units.getValue() : ArrayRef<Attribute>()) {
      int unit = 0;
      while (unit < isa::kUnitCount &&
             cast<StringAttr>(entry).getValue() != isa::name(static_cast<isa::Unit>(unit)))
        ++unit;
      if (unit == isa::kUnitCount)
        inst.emitError() << "names the unknown unit " << entry, ok_ = false;
      else
        bits |= 1u << unit;
    }
    return bits;
  }

  LogicalResult add(InstOp inst) {
    isa::Decoded decoded;
    decoded.instruction = spec_.find(inst.getMnemonic().str());
    if (!decoded.instruction)
      return inst.emitError() << "is not an instruction of " << spec_.machine.name;
    decoded.wait = mask(inst, inst.getWaitAttr());
    decoded.post = mask(inst, inst.getPostAttr());
    for (const isa::Operand& operand : decoded.instruction->operands) {
      Attribute contents = inst.getOperands().get(operand.name);
      if (!contents)
        return inst.emitError() << "lacks the operand '" << operand.name << "'";
      FailureOr<isa::OperandBits> bits = this->bits(inst, contents);
      if (failed(bits))
        return failure();
      decoded.operands.push_back(*bits);
    }
    try {
      program_.text.push_back(isa::encode(spec_, decoded));
    } catch (const std::out_of_range& error) {
      return inst.emitError() << error.what();
    }
    return success();
  }

  FailureOr<isa::OperandBits> bits(InstOp inst, Attribute contents) {
    if (auto number = dyn_cast<IntegerAttr>(contents))
      return isa::OperandBits{number.getInt(), 0, 0};
    if (auto name = dyn_cast<StringAttr>(contents)) {
      auto label = labels_.find(name.getValue());
      if (label == labels_.end())
        return inst.emitError() << "has the unknown label " << name, failure();
      return isa::OperandBits{label->second, 0, 0};
    }
    auto parts = dyn_cast<DenseI64ArrayAttr>(contents);
    if (!parts || parts.size() < 2 || parts.size() > 3)
      return inst.emitError() << "has an operand that is no number, address or label: " << contents,
             failure();
    const int generator = parts.size() == 3 ? static_cast<int>(parts[2]) : 0;
    return isa::OperandBits{parts[0], static_cast<int>(parts[1]), generator};
  }

  ModuleOp module_;
  const isa::Spec& spec_;
  assembler::Program program_;
  llvm::StringMap<uint32_t> labels_;
  bool ok_ = true;
};

} // namespace

FailureOr<assembler::Program> translateToProgram(ModuleOp module, const isa::Spec& spec) {
  return Translation(module, spec).run();
}

} // namespace npuforge::npu
