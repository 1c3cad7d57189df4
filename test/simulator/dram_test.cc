#include <array>

#include <gtest/gtest.h>

#include "npuforge/simulator/dram.h"

namespace npuforge::simulator {
namespace {

const isa::DramParams kParams{1 << 20, 16, 16, 100};

TEST(DramTiming, LatencyThenOneBeatACycle) {
  DramTiming dram(kParams);
  EXPECT_EQ(dram.accept(Channel::Read, 16, 5).start, 105);
  EXPECT_EQ(dram.accept(Channel::Read, 4, 6).start, 121);
  EXPECT_EQ(dram.accept(Channel::Write, 2, 7).start, 125);
  EXPECT_EQ(dram.accept(Channel::Read, 1, 27).start, 127);
  EXPECT_EQ(dram.accept(Channel::Read, 1, 29).start, 129);
}

TEST(DramTiming, ASlowerMemoryDelaysWhatComesBehindIt) {
  DramTiming dram(kParams);
  EXPECT_EQ(dram.accept(Channel::Read, 2, 5, 105).start, 105); // no later than it would be
  EXPECT_EQ(dram.accept(Channel::Read, 2, 6, 300).start, 300);
  EXPECT_EQ(dram.accept(Channel::Write, 1, 7, 0).start, 302);
}

TEST(DataPort, WritesWhereTheMaskSays) {
  DramData data(1 << 20);
  DataPort port(data);
  std::array<std::byte, 4> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  std::array<unsigned char, 4> masks{0xff, 0, 0, 0xff};
  EXPECT_EQ(port.write(100, bytes, masks, 50), 0); // never later than DRAM's own timing
  EXPECT_EQ(port.read(100, bytes, 60), 0);
  EXPECT_EQ(bytes,
            (std::array<std::byte, 4>{std::byte{1}, std::byte{0}, std::byte{0}, std::byte{4}}));
  EXPECT_THROW(port.read((1 << 20) - 3, bytes, 0), std::out_of_range);
}

TEST(DramTiming, AlternatesWhenBothAreShown) {
  DramTiming dram(kParams);
  EXPECT_EQ(dram.choose(true, true), Channel::Read); // first after reset
  EXPECT_EQ(dram.choose(false, true), Channel::Write);
  dram.accept(Channel::Read, 1, 0);
  EXPECT_EQ(dram.choose(true, true), Channel::Write);
  dram.accept(Channel::Write, 1, 1);
  EXPECT_EQ(dram.choose(true, true), Channel::Read);
}

TEST(DramData, KnowsWhatWasTouched) {
  DramData data(int64_t{1} << 30);
  data.at(DramData::kPageBytes * 5 + 17, 1)[0] = std::byte{1};
  data.at(DramData::kPageBytes * 9000, 1)[0] = std::byte{2};
  EXPECT_EQ(data.touched_pages(),
            (std::vector<uint64_t>{DramData::kPageBytes * 5, DramData::kPageBytes * 9000}));
  data.clear();
  EXPECT_TRUE(data.touched_pages().empty());
}

TEST(DramData, IsZeroAndBounded) {
  DramData data(1 << 20);
  EXPECT_EQ(data.at((1 << 20) - 1, 1)[0], std::byte{0});
  data.at(100, 1)[0] = std::byte{7};
  EXPECT_EQ(data.at(100, 1)[0], std::byte{7});
  data.clear();
  EXPECT_EQ(data.at(100, 1)[0], std::byte{0});
  EXPECT_THROW(data.at((1 << 20) - 1, 2), std::out_of_range);
  EXPECT_THROW(data.at(~uint64_t{0}, 2), std::out_of_range);
}

} // namespace
} // namespace npuforge::simulator
