#include "flow_touch.h"

namespace npuforge::assembler {

void Touches::find(FlowStep& step, const Scalars& scalars, int core) {
  text_.touch(step.pc, scalars, touched_);
  if (!touched_.known)
    unknown_.insert(step.pc);
  step.timing = touched_.timing;
  const bool across = step.action == isa::Action::CopyAcross;
  if (across && touched_.wrong.empty() && !find_cores(step, core))
    return;
  if (touched_.count > 0 && touched_.wrong.empty() && step.unit == isa::Unit::Vector)
    touched_.wrong = wrong_overlap(step.pc);
  if (!touched_.wrong.empty())
    return findings_.problem(core, step.pc, "{}", touched_.wrong);
  for (int s = 0; s < touched_.count; ++s) {
    const isa::Stream& stream = touched_.streams[static_cast<std::size_t>(s)];
    if (auto region = region_of(stream)) {
      region->cores = across && stream.access == isa::Access::Write ? step.cores : 0;
      step.regions[step.touches++] = regions_.add(*region);
    }
    if (overwrites_text(stream))
      findings_.problem(core, step.pc, "writes dram [{}, {}], where the program's text lies",
                        stream.first, stream.last);
  }
}

/// Does the copy go to other cores that are known?
bool Touches::find_cores(const FlowStep& step, int core) {
  if (!step.known)
    unknown_.insert(step.pc);
  else
    touched_.wrong = isa::wrong_cores(spec_.machine, step.cores, core);
  if (!touched_.wrong.empty())
    findings_.problem(core, step.pc, "{}", touched_.wrong);
  return step.known && touched_.wrong.empty();
}

std::string Touches::wrong_overlap(uint32_t pc) {
  const std::span<const isa::Stream> streams(touched_.streams.data(),
                                             static_cast<std::size_t>(touched_.count));
  for (const isa::Stream& destination : streams)
    for (const isa::Stream& source : streams)
      if (destination.access == isa::Access::Write && source.access == isa::Access::Read)
        if (const char* wrong = overlap(pc, destination, source))
          return wrong;
  return {};
}

/// It does not change when both move by as much.
const char* Touches::overlap(uint32_t pc, const isa::Stream& destination,
                             const isa::Stream& source) {
  if (destination.space != source.space || destination.empty || source.empty ||
      destination.first > source.last || source.first > destination.last)
    return nullptr;
  const auto [at, is_new] = overlaps_.try_emplace({pc, &source});
  Overlap& last = at->second;
  const uint32_t shift = source.base - destination.base;
  if (!is_new && last.shift == shift && last.destination == destination.generator &&
      last.source == source.generator)
    return last.wrong;
  last = {shift, destination.generator, source.generator, nullptr};
  if (meet(*region_of(destination), *region_of(source)))
    last.wrong = isa::overlap_within(destination, source);
  return last.wrong;
}

/// Its instructions may be fetched at any time.
bool Touches::overwrites_text(const isa::Stream& stream) const {
  if (stream.space != isa::Space::Dram || stream.access != isa::Access::Write)
    return false;
  Region text{.space = isa::Space::Dram,
              .first = static_cast<int64_t>(program_.text_address),
              .unit = static_cast<int64_t>(program_.text.size()) * spec_.word_bytes()};
  text.last = text.first + text.unit - 1;
  const auto region = region_of(stream);
  return region && meet(*region, text);
}

void Touches::finish() {
  if (unknown_.empty())
    return;
  const std::string others =
      unknown_.size() == 1 ? "" : fmt::format("; of {} more neither", unknown_.size() - 1);
  findings_.leave_out(
      fmt::format("not all that {} reads and writes has been checked, since data decide over it{}",
                  text_.print(*unknown_.begin()), others));
}

} // namespace npuforge::assembler
