#include <array>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>

#include "npuforge/simulator/loader.h"

#include "run.h"

namespace npuforge::simulator {
namespace {

using testing::HasSubstr;

Tensor floats(std::vector<int64_t> shape, const std::vector<float>& values) {
  Tensor tensor{"f32", std::move(shape), std::vector<std::byte>(values.size() * 4)};
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

struct Loader : testing::Test {
  const isa::Machine& machine = spec_of("tile4").machine;
  DramData dram{1 << 20};
  assembler::Program program;

  void input(const char* type, std::vector<int64_t> shape, const char* layout, uint64_t bytes,
             assembler::Quantisation q) {
    assembler::Port port{"x", type, std::move(shape), layout, 256, bytes, q, {}};
    program.inputs = program.outputs = {port};
  }
  int8_t device(uint64_t offset) { return static_cast<int8_t>(dram.at(256 + offset, 1)[0]); }
  std::string error(const Tensor& tensor, const std::string& name = "x") {
    try {
      write_input(program, machine, name, tensor, dram);
    } catch (const TensorError& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(Loader, QuantisesHalfToEvenAndSaturates) {
  input("f32", {1, 7}, "plain", 7, {0.5, 3, "i8"});
  float nan = std::numeric_limits<float>::quiet_NaN();
  write_input(program, machine, "x",
              floats({1, 7}, {0.25f, 0.75f, -0.25f, 1e30f, -1e30f, 1.0f, nan}), dram);
  // 0.5 -> 0, 1.5 -> 2, -0.5 -> 0
  EXPECT_EQ(device(0), 3);
  EXPECT_EQ(device(1), 5);
  EXPECT_EQ(device(2), 3);
  EXPECT_EQ(device(3), 127);
  EXPECT_EQ(device(4), -128);
  EXPECT_EQ(device(5), 5);
  EXPECT_EQ(device(6), -128);
}

TEST_F(Loader, WritesWhatCountsOfABoundedOutput) {
  assembler::Port whole{"y", "i32", {2, 3}, "words", 256, 32, {}, assembler::BoundedDim{1, "n"}};
  assembler::Port extent{"n", "i32", {1}, "words", 512, 16, {}, {}};
  program.outputs = {whole, extent};
  const std::array<int32_t, 6> words{1, 2, 3, 4, 5, 6};
  std::memcpy(dram.at(256, sizeof words).data(), words.data(), sizeof words);
  auto read = [&](int32_t count) {
    std::memcpy(dram.at(512, sizeof count).data(), &count, sizeof count);
    return read_output(program, machine, "y", dram);
  };
  auto elements = [](const Tensor& tensor) {
    std::vector<int32_t> result(tensor.data.size() / 4);
    std::memcpy(result.data(), tensor.data.data(), tensor.data.size());
    return result;
  };
  EXPECT_EQ(read(2).shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(elements(read(2)), (std::vector<int32_t>{1, 2, 4, 5}));
  EXPECT_EQ(elements(read(3)), (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read(0).shape, (std::vector<int64_t>{2, 0}));
  EXPECT_TRUE(read(0).data.empty());
  for (int32_t wrong : {-1, 4})
    EXPECT_THROW(read(wrong), TensorError);
}

TEST_F(Loader, UnsignedLivesShiftedOnTheDevice) {
  input("f32", {3}, "plain", 3, {1, 10, "u8"});
  write_input(program, machine, "x", floats({3}, {0, 245, -11}), dram);
  EXPECT_EQ(device(0), 10 - 128);
  EXPECT_EQ(device(1), 255 - 128);
  EXPECT_EQ(device(2), 0 - 128);
  Tensor back = read_output(program, machine, "x", dram);
  float values[3];
  std::memcpy(values, back.data.data(), 12);
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[1], 245);
  EXPECT_EQ(values[2], -10);
}

TEST_F(Loader, F32OnTheDeviceKeepsItsBits) {
  const std::vector<float> values{1.5f,   -0.0f, std::numeric_limits<float>::infinity(),
                                  1e-42f, 7.0f,  -3e38f};
  input("f32", {6}, "plain", 24, {1, 0, "f32"});
  write_input(program, machine, "x", floats({6}, values), dram);
  EXPECT_EQ(std::memcmp(dram.at(256, 24).data(), values.data(), 24), 0);
  EXPECT_EQ(read_output(program, machine, "x", dram).data, floats({6}, values).data);
}

TEST_F(Loader, BlockedF32TakesFourBytesAnElement) {
  // 6 channels in blocks of tile4's 4, one position
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  input("f32", {1, 6}, "blocked", 32, {1, 0, "f32"});
  write_input(program, machine, "x", floats({1, 6}, values), dram);
  float stored[8];
  std::memcpy(stored, dram.at(256, 32).data(), 32);
  EXPECT_THAT(stored, testing::ElementsAre(1, 2, 3, 4, 5, 6, 0, 0));
  EXPECT_EQ(read_output(program, machine, "x", dram).data, floats({1, 6}, values).data);
}

TEST_F(Loader, BlockedLayoutGroupsChannels) {
  input("i8", {1, 6, 2, 3}, "blocked", 2 * 6 * 4, {});
  Tensor tensor{"i8", {1, 6, 2, 3}, {}};
  for (int i = 0; i < 36; ++i)
    tensor.data.push_back(static_cast<std::byte>(i));
  std::memset(dram.at(256, 48).data(), 0x55, 48);
  write_input(program, machine, "x", tensor, dram);
  for (int c = 0; c < 8; ++c)
    for (int p = 0; p < 6; ++p)
      EXPECT_EQ(device(static_cast<uint64_t>((c / 4 * 6 + p) * 4 + c % 4)), c < 6 ? c * 6 + p : 0);
  EXPECT_EQ(read_output(program, machine, "x", dram).data, tensor.data);
}

TEST_F(Loader, F64BeyondF32BecomesInfiniteAndIsNamed) {
  input("f64", {5}, "words", 32, {});
  // The largest f64 that is rounded to a finite f32, the next one, and what is infinite already.
  const double values[] = {0.1, 0x1.fffffefffffffp127, 0x1.ffffffp127, -1e200,
                           std::numeric_limits<double>::infinity()};
  Tensor tensor{"f64", {5}, std::vector<std::byte>(sizeof values)};
  std::memcpy(tensor.data.data(), values, sizeof values);
  EXPECT_EQ(
      write_input(program, machine, "x", tensor, dram),
      "input 'x': element 2 is 3.4028235677973366e+38, which becomes infinite as f32 (2 such)");
  float stored[5];
  std::memcpy(stored, dram.at(256, 20).data(), 20);
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(stored, testing::ElementsAre(0.1f, 0x1.fffffep127f, infinity, -infinity, infinity));
  std::memset(tensor.data.data(), 0, sizeof values);
  EXPECT_EQ(write_input(program, machine, "x", tensor, dram), "");
}

TEST_F(Loader, IntegersBeyondI32AreRefused) {
  input("i64", {2}, "words", 16, {});
  const int64_t values[] = {-(int64_t{1} << 31), int64_t{1} << 31};
  Tensor tensor{"i64", {2}, std::vector<std::byte>(sizeof values)};
  std::memcpy(tensor.data.data(), values, sizeof values);
  EXPECT_THAT(error(tensor),
              HasSubstr("'x': element 1 is 2147483648; the device holds integers as i32"));
}

TEST_F(Loader, SaysWhatDoesNotFit) {
  input("f32", {1, 4}, "plain", 4, {});
  EXPECT_THAT(error(floats({4, 1}, {0, 0, 0, 0})), HasSubstr("shape 4x1; the network wants 1x4"));
  EXPECT_THAT(error({"i8", {1, 4}, std::vector<std::byte>(4)}),
              HasSubstr("is i8; the network wants f32"));
  EXPECT_THAT(error(floats({1, 4}, {0, 0, 0, 0}), "y"), HasSubstr("no input 'y'; it has: x"));
}

} // namespace
} // namespace npuforge::simulator
