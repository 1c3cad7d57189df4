#include "memory.h"

#include <cstring>
#include <stdexcept>

namespace npuforge::rtl {

void take_beat(const NpuRtlOutputs& shown, Transfer& write, simulator::DramData& data,
               int beat_bytes) {
  auto bytes = data.at(write.address + static_cast<uint64_t>(write.done) * beat_bytes, beat_bytes);
  for (int i = 0; i < beat_bytes; ++i)
    if (shown.w_strobe[i / 8] >> (i % 8) & 1)
      bytes[i] = static_cast<std::byte>(shown.w_data[i]);
  if ((++write.done == write.beats) != shown.w_last)
    throw std::logic_error("the core's last write beat is not the last of its burst");
}

void give_beat(Transfer& read, const simulator::DramData& data, int beat_bytes, uint8_t* to) {
  auto bytes = data.at(read.address + static_cast<uint64_t>(read.done) * beat_bytes, beat_bytes);
  std::memcpy(to, bytes.data(), bytes.size());
  ++read.done;
}

} // namespace npuforge::rtl
