#include "tensors.h"

#include "npuforge/compiler/graph/Graph.h"

#include "conv/rows.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "plan/plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {
constexpr int64_t kFirstAddress = 4096; // nothing at 0, so that a wrong address is seen
constexpr int64_t kAlignment =
    64; // whole beats, and tensors that can be told apart in a memory dump

/// Places for tensors of which some never live at the same time: each takes the lowest that is
/// free.
class Reuse {
public:
  int64_t place(int64_t bytes, int64_t first, int64_t last) {
    int64_t at = 0;
    for (const Taken& other : taken_) { // by address
      if (other.last < first || last < other.first)
        continue;
      if (other.at >= at + bytes)
        break;
      at = std::max(at, other.at + other.bytes);
    }
    const Taken own{at, bytes, first, last};
    taken_.insert(
        llvm::upper_bound(taken_, own, [](const Taken& a, const Taken& b) { return a.at < b.at; }),
        own);
    return at;
  }

private:
  struct Taken {
    int64_t at, bytes, first, last;
  };
  std::vector<Taken> taken_;
};
} // namespace

Tensor Tensors::place(const std::string& name, int64_t bytes, ElementsAttr value) {
  std::string symbol; // what the assembler takes as a name
  for (char c : name)
    symbol += std::isalnum(static_cast<unsigned char>(c)) || c == '.' ? c : '_';
  while (!symbols_.insert(symbol).second)
    symbol += "_";
  DataOp::create(builder_, builder_.getUnknownLoc(), symbol, 0, bytes, value);
  return {symbol, bytes, false};
}

void Tensors::assignAddresses(Operation* module) {
  int64_t next = kFirstAddress;
  llvm::StringMap<int64_t> addresses;
  Reuse reuse;
  for (int kind : {0, 1, 2}) // constants, what always lives, what shares places
    module->walk([&](DataOp data) {
      auto life = lives_.find(data.getSymName().str());
      if (kind != (data.getValue() ? 0 : life == lives_.end() ? 1 : 2))
        return;
      const int64_t bytes = ceilDiv(data.getBytes(), kAlignment) * kAlignment;
      const int64_t address =
          kind < 2 ? next : next + reuse.place(bytes, life->second.first, life->second.second);
      data.setAddress(address);
      addresses[data.getSymName()] = address;
      next += kind < 2 ? bytes : 0;
    });
  module->walk([&](BufferOp buffer) {
    if (buffer.getSpace() == "dram")
      buffer.setAddress(addresses.at(buffer.getLabel()));
  });
}

Tensor Tensors::reserve(const std::string& name, int64_t bytes) {
  return place(name, bytes, {});
}

Tensor Tensors::constant(const std::string& name, ArrayRef<int8_t> bytes) {
  auto type = RankedTensorType::get({static_cast<int64_t>(bytes.size())}, builder_.getI8Type());
  return constant(name, DenseElementsAttr::get(type, bytes), bytes.size());
}

Tensor Tensors::constant(const std::string& name, DenseElementsAttr value, int64_t bytes) {
  auto [known, is_new] = constants_.try_emplace({value, bytes}, Tensor());
  if (is_new)
    known->second = place(name, bytes, value);
  return known->second;
}

void Tensors::defineAll(Value value, const Tensor& tensor) {
  define(value, tensor);
  for (Operation* user : value.getUsers()) {
    if (auto reshape = dyn_cast<graph::ReshapeOp>(user))
      defineAll(reshape.getResult(), tensor);
    if (user->hasAttr(kViewAttr)) {
      Tensor rows = tensor;
      rows.pixel = shapeOf(user->getResult(0)).channels;
      define(user->getResult(0), rows);
    }
  }
}

Value Tensors::dram(Emit& emit, const Tensor& tensor) {
  // Its address is not known yet.
  return emit.buffer("dram", {0, tensor.bytes}, tensor.symbol,
                     tensor.at ? tensor.at(emit) : Value());
}

Tensor inside(const Tensor& whole, std::function<Value(Emit&)> offset, int64_t bytes) {
  auto at = [outer = whole.at, own = std::move(offset)](Emit& emit) {
    Value place = own(emit);
    return outer ? emit.add(outer(emit), place) : place;
  };
  return {whole.symbol, std::max(whole.bytes, bytes), whole.plain, at,
          whole.pixel}; // buffers are of all of it
}

} // namespace npuforge::tile
