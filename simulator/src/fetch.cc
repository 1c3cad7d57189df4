#include "fetch.h"

#include "memory.h"

namespace npuforge::simulator {

void Fetch::reset(int core, int cache_lines, int64_t text_lines, uint64_t text_address,
                  int line_bytes, int beats) {
  core_ = core;
  slots_.assign(cache_lines, Slot{});
  mask_ = cache_lines - 1;
  text_lines_ = text_lines;
  text_address_ = text_address;
  line_bytes_ = line_bytes;
  beats_ = beats;
  filling_ = -1;
}

void Fetch::step(int64_t line, Cycle at, Memory& memory) {
  if (filling_ >= 0) {
    if (memory.fill_valid_at(core_) > at)
      return;
    slots_[filling_ & mask_] = {filling_, memory.fill_valid_at(core_), kNever};
    filling_ = -1;
  }
  auto present = [&](int64_t l) {
    return slots_[l & mask_].line == l && slots_[l & mask_].invalid_from == kNever;
  };
  if (!present(line))
    ask(line, at, memory);
  else if (line + 1 < text_lines_ && !present(line + 1))
    ask(line + 1, at, memory);
}

void Fetch::ask(int64_t line, Cycle at, Memory& memory) {
  slots_[line & mask_].invalid_from = at + 1;
  filling_ = line;
  memory.fill(core_, text_address_ + static_cast<uint64_t>(line * line_bytes_), beats_, at + 1);
}

} // namespace npuforge::simulator
