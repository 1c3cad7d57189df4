#include "trace.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace npuforge::simulator {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

TraceWriter::TraceWriter(const std::filesystem::path& file, const InstructionNames& names)
    : file_(file), names_(names) {
  file_.write("{\"otherData\":{\"unit\":\"1 cycle = 1 us\"},\"traceEvents\":[\n");
  for (int u = 0; u < isa::kUnitCount; ++u)
    track(u, isa::name(isa::Unit(u)));
}

void TraceWriter::separate() {
  if (!first_)
    file_.write(",\n");
  first_ = false;
}

void TraceWriter::track(int id, const std::string& name) {
  separate();
  file_.write(
      fmt::format(R"({{"ph":"M","pid":1,"tid":{},"name":"thread_name","args":{{"name":{}}}}})", id,
                  quoted(name)));
  separate();
  file_.write(fmt::format(
      R"({{"ph":"M","pid":1,"tid":{0},"name":"thread_sort_index","args":{{"sort_index":{0}}}}})",
      id));
}

void TraceWriter::on_complete(const InstructionEvent& event) {
  std::optional<InstructionEvent>& last = last_[static_cast<size_t>(event.unit)];
  if (last)
    slice(*last, std::min(last->complete, event.issue));
  last = event;
}

void TraceWriter::slice(const InstructionEvent& event, int64_t end) {
  separate();
  file_.write(fmt::format(
      R"({{"ph":"X","pid":1,"tid":{},"ts":{},"dur":{},"name":{},"args":{{"layer":{},"pc":{},"sequence":{},"dispatch":{},"complete":{}}}}})",
      static_cast<int>(event.unit), event.issue, end - event.issue,
      quoted(names_.mnemonic[event.pc]), quoted(names_.layer[event.pc]), event.pc, event.sequence,
      event.dispatch, event.complete));
}

void TraceWriter::layer(const LayerStats& layer, size_t id) {
  for (auto [phase, at] :
       {std::pair{"b", layer.first_issue}, std::pair{"e", layer.last_complete}}) {
    separate();
    file_.write(
        fmt::format(R"({{"ph":"{}","cat":"layer","id":{},"pid":1,"tid":{},"ts":{},"name":{}}})",
                    phase, id, isa::kUnitCount, at, quoted(layer.layer)));
  }
}

void TraceWriter::finish(const RunStats& stats) {
  for (auto& last : last_)
    if (last)
      slice(*last, last->complete);
  for (size_t l = 0; l < stats.layers.size(); ++l)
    if (stats.layers[l].last_complete > 0)
      layer(stats.layers[l], l);
  file_.write("\n]}\n");
  file_.commit();
}

} // namespace npuforge::simulator
