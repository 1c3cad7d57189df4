#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "npuforge/simulator/loader.h"

namespace npuforge::simulator {
namespace {

using testing::HasSubstr;

class Npy : public testing::Test {
protected:
  std::filesystem::path file_ =
      std::filesystem::path(testing::TempDir()) / ("npy_test_" + std::to_string(getpid()) + ".npy");
  ~Npy() override { std::filesystem::remove(file_); }

  void write(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }
  static std::string whole(const std::string& header, size_t data) {
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xff);
    bytes += static_cast<char>(header.size() >> 8);
    return bytes + header + std::string(data, '\1');
  }
  std::string error() {
    try {
      read_npy(file_);
    } catch (const TensorError& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(Npy, RoundTrips) {
  for (const char* type : {"f32", "i8", "u8", "i32", "i64", "f64"}) {
    size_t size = std::string(type).ends_with("8") ? 1 : std::string(type).ends_with("64") ? 8 : 4;
    for (const std::vector<int64_t>& shape :
         std::vector<std::vector<int64_t>>{{}, {5}, {2, 3}, {1, 0, 4}}) {
      size_t count = 1;
      for (int64_t extent : shape)
        count *= static_cast<size_t>(extent);
      Tensor tensor{type, shape, std::vector<std::byte>(count * size, std::byte{42})};
      write_npy(tensor, file_);
      Tensor back = read_npy(file_);
      EXPECT_EQ(back.type, tensor.type);
      EXPECT_EQ(back.shape, tensor.shape);
      EXPECT_EQ(back.data, tensor.data);
    }
  }
}

TEST_F(Npy, ReadsWhatNumPyWrites) {
  write(whole("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n", 24));
  EXPECT_EQ(read_npy(file_).shape, (std::vector<int64_t>{2, 3}));
  write(whole("{\"shape\":(6,),\"descr\":\"|u1\",\"fortran_order\":False}", 6));
  EXPECT_EQ(read_npy(file_).type, "u8");
}

TEST_F(Npy, MalformedFilesAreRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "is no .npy file"},
      {"\x93NUMP", "is no .npy file"},
      {std::string("\x93NUMPY\x09\x00\x04\x00{ }\n", 14), "version 9"},
      {std::string("\x93NUMPY\x01\x00\xff\xff{ }", 13), "ends within its header"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), "ends within its header"},
      {std::string("\x93NUMPY\x02\x00\xff\xff", 10), "ends within its header"},
      {whole("", 4), "no dictionary"},
      {whole("{", 4), "no key"},
      {whole("{'descr'", 4), "no key"},
      {whole("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4),
       "no plain type"},
      {whole("{'descr': '<f4', 'fortran_order': False}", 4), "lacks"},
      {whole("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", 4),
       "neither True nor False"},
      {whole("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", 4), "Fortran"},
      {whole("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4), "type '>f4'"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4), "no tuple"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (1", 4), "no tuple"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 4),
       "no tuple"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 4),
       "too many"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 7),
       "has 7 bytes of elements"},
      {whole("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 9),
       "has 9 bytes of elements"},
  };
  for (const auto& [bytes, message] : cases) {
    write(bytes);
    EXPECT_THAT(error(), HasSubstr(message));
  }
}

TEST_F(Npy, EveryTruncationIsRefused) {
  std::string good = whole("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
  for (size_t length = 0; length < good.size(); ++length) {
    write(good.substr(0, length));
    EXPECT_NE(error(), "no error") << length;
  }
}

TEST_F(Npy, MissingFileIsNamed) {
  EXPECT_THAT(error(), HasSubstr(file_.string()));
}

TEST_F(Npy, NothingIsLeftWhereNothingCanBeWritten) {
  EXPECT_THROW(write_npy({"i8", {1}, {std::byte{1}}}, "/nowhere/x.npy"), TensorError);
}

} // namespace
} // namespace npuforge::simulator
