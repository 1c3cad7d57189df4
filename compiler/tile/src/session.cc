#include "session.h"

namespace npuforge::tile {

using namespace mlir;

void Session::awaitCredit(Emit& emit, StringRef unit, StringRef from) {
  credits_.insert({from.str(), unit.str()});
  emit.await(unit, from);
}

void Session::awaitOthers(Emit& emit) {
  for (int core : expected_)
    ExpectOp::create(emit.builder, emit.location, "load", core);
  expected_.clear();
}

void Session::awaitLayerBefore(Emit& emit) {
  awaitOverlap(emit);
  if (!first_layer)
    emit.await("load", "store");
  awaitOthers(emit);
}

void Session::beforeFill(Emit& emit) const {
  if (!stores_inputs)
    return;
  emit.signal("store", "sequencer");
  emit.await("sequencer", "store");
}

void Session::awaitOverlap(Emit& emit) {
  if (overlap_)
    emit.await("load", "store");
  overlap_.reset();
}

void Session::onwards(Emit& emit, Value index, int64_t count,
                      const std::function<void()>& load_next) const {
  emit.when(emit.sub(emit.constant(count - 1), index), load_next);
  beginNext(emit, index, count);
}

void Session::beginNext(Emit& emit, Value index, int64_t count) const {
  emit.when(emit.max(emit.add(index, 2 - count), 0), [&] { beginNext(); });
}

void Session::keepWeights(int64_t at, int64_t bytes, const std::string& data) {
  std::erase_if(kept_, [&](const auto& other) {
    return other.first < at + bytes && at < other.first + other.second.bytes;
  });
  kept_[at] = {bytes, data};
}

bool Session::hasWeights(int64_t at, const std::string& data) const {
  auto kept = kept_.find(at);
  return kept != kept_.end() && kept->second.data == data;
}

void appendLanes(std::vector<int8_t>& bytes, const std::vector<int32_t>& values, int64_t block,
                 int64_t cols) {
  for (int64_t channel = block * cols; channel < (block + 1) * cols; ++channel) {
    const uint32_t value = channel < static_cast<int64_t>(values.size()) ? values[channel] : 0;
    for (int byte = 0; byte < 4; ++byte)
      bytes.push_back(static_cast<int8_t>(value >> (8 * byte)));
  }
}

} // namespace npuforge::tile
