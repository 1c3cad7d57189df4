#include "npuforge/simulator/dram.h"

#include <algorithm>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>

#include <sys/mman.h>

namespace npuforge::simulator {

DramTiming::DramTiming(const isa::DramParams& params) : params_(params) {}

Channel DramTiming::choose(bool read_shown, bool write_shown) const {
  if (read_shown && write_shown)
    return last_ == Channel::Read ? Channel::Write : Channel::Read;
  return read_shown ? Channel::Read : Channel::Write;
}

Burst DramTiming::accept(Channel channel, int beats, Cycle now, Cycle earliest) {
  last_ = channel;
  Cycle start = std::max({now + params_.latency, data_free_, earliest});
  data_free_ = start + beats;
  return {start};
}

void DramTiming::reset() {
  data_free_ = 0;
  last_ = Channel::Write;
}

namespace {

std::byte* reserve(int64_t bytes) {
  // Pages come into being, zero, when they are touched.
  void* base = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    throw std::bad_alloc();
  return static_cast<std::byte*>(base);
}

void check(uint64_t address, uint64_t bytes, int64_t size) {
  uint64_t limit = static_cast<uint64_t>(size);
  if (address > limit || bytes > limit - address)
    throw std::out_of_range("DRAM has " + std::to_string(size) + " bytes; address " +
                            std::to_string(address) + " with " + std::to_string(bytes) +
                            " bytes lies outside");
}

/// What Linux says of a page in /proc/self/pagemap: in memory, or swapped out.
constexpr uint64_t kPageInUse = uint64_t{3} << 62;

} // namespace

DramData::DramData(int64_t bytes) : bytes_(bytes), base_(reserve(bytes)) {}

DramData::~DramData() {
  munmap(base_, static_cast<size_t>(bytes_));
}

std::vector<uint64_t> DramData::touched_pages() const {
  constexpr size_t kBatch = 4096;
  std::ifstream map("/proc/self/pagemap", std::ios::binary);
  map.seekg(static_cast<std::streamoff>(reinterpret_cast<uintptr_t>(base_) / kPageBytes *
                                        sizeof(uint64_t)));
  std::vector<uint64_t> pages, entries(kBatch);
  const uint64_t count = (static_cast<uint64_t>(bytes_) + kPageBytes - 1) / kPageBytes;
  for (uint64_t first = 0; first < count; first += kBatch) {
    const uint64_t now = std::min<uint64_t>(kBatch, count - first);
    const bool known = !!map.read(reinterpret_cast<char*>(entries.data()),
                                  static_cast<std::streamsize>(now * sizeof(uint64_t)));
    for (uint64_t k = 0; k < now; ++k)
      if (!known || (entries[k] & kPageInUse) != 0)
        pages.push_back((first + k) * kPageBytes);
  }
  return pages;
}

void DramData::clear() {
  // Gives the pages back: the next touch finds zeros.
  if (madvise(base_, static_cast<size_t>(bytes_), MADV_DONTNEED) != 0)
    std::fill_n(base_, bytes_, std::byte{0});
}

std::span<std::byte> DramData::at(uint64_t address, uint64_t bytes) {
  check(address, bytes, bytes_);
  return {base_ + address, static_cast<size_t>(bytes)};
}

std::span<const std::byte> DramData::at(uint64_t address, uint64_t bytes) const {
  check(address, bytes, bytes_);
  return {base_ + address, static_cast<size_t>(bytes)};
}

Cycle DataPort::read(uint64_t address, std::span<std::byte> bytes, Cycle) {
  std::ranges::copy(data_.at(address, bytes.size()), bytes.begin());
  return 0;
}

Cycle DataPort::write(uint64_t address, std::span<std::byte> bytes, std::span<unsigned char> masks,
                      Cycle) {
  std::span<std::byte> to = data_.at(address, bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i)
    if (masks[i] != 0)
      to[i] = bytes[i];
  return 0;
}

} // namespace npuforge::simulator
