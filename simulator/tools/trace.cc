#include "trace.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace npuforge::simulator {
namespace {

/// Each core is a process of the trace; the layers stand in the first.
int pid(int core) {
  return core + 1;
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

TraceWriter::TraceWriter(const std::filesystem::path& file, const InstructionNames& names,
                         int cores)
    : file_(file), names_(names), last_(static_cast<size_t>(cores)) {
  file_.write("{\"otherData\":{\"unit\":\"1 cycle = 1 us\"},\"traceEvents\":[\n");
  for (int core = 0; core < cores; ++core) {
    if (cores > 1)
      process(core);
    for (int u = 0; u < isa::kUnitCount; ++u)
      track(core, u, isa::name(isa::Unit(u)));
  }
}

void TraceWriter::separate() {
  if (!first_)
    file_.write(",\n");
  first_ = false;
}

void TraceWriter::process(int core) {
  separate();
  file_.write(
      fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":"core {}"}}}})",
                  pid(core), core));
}

void TraceWriter::track(int core, int id, const std::string& name) {
  separate();
  file_.write(
      fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
                  pid(core), id, quoted(name)));
  separate();
  file_.write(fmt::format(
      R"({{"ph":"M","pid":{0},"tid":{1},"name":"thread_sort_index","args":{{"sort_index":{1}}}}})",
      pid(core), id));
}

void TraceWriter::on_complete(const InstructionEvent& event) {
  std::optional<InstructionEvent>& last =
      last_[static_cast<size_t>(event.core)][static_cast<size_t>(event.unit)];
  if (last)
    slice(*last, std::min(last->complete, event.issue));
  last = event;
}

void TraceWriter::slice(const InstructionEvent& event, int64_t end) {
  separate();
  file_.write(fmt::format(
      R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{},"args":{{"layer":{},"pc":{},"sequence":{},"dispatch":{},"complete":{}}}}})",
      pid(event.core), static_cast<int>(event.unit), event.issue, end - event.issue,
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
  for (auto& core : last_)
    for (auto& last : core)
      if (last)
        slice(*last, last->complete);
  for (size_t l = 0; l < stats.layers.size(); ++l)
    if (stats.layers[l].last_complete > 0)
      layer(stats.layers[l], l);
  file_.write("\n]}\n");
  file_.commit();
}

} // namespace npuforge::simulator
