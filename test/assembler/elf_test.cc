// The program file: what readelf says, and what becomes of damaged files.

#include <cstdio>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"

#include "random_program.h"
#include "support.h"

namespace npuforge::assembler::test {
namespace {

using testing::HasSubstr;

// Standard output and error of a command.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r"); // NOLINT(bugprone-command-processor)
  if (pipe == nullptr) {
    return "Error: cannot run " + command;
  }
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    text += static_cast<char>(c);
  }
  ::pclose(pipe);
  return text;
}

Program example() {
  return assemble(edge16(), R"(
    .input x, type=f32, shape=1x16, layout=plain, address=x, scale=0.5, qtype=i8
    .layer "first"
    start: addi r1, r0, x
    .layer "second"
    halt
    .data
    x: .byte 1, 2, 3
    .space 100
    .bss
    y: .space 64
  )",
                  "example.s");
}

TEST(Elf, ReadelfHasNoWarnings) {
  // NOLINTNEXTLINE(bugprone-command-processor)
  if (std::system("readelf --version > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "readelf is missing: apt-get install binutils";
  }
  const TemporaryFolder folder;
  Random random = seeded(1);
  write_program(random_program(random, edge16()), edge16(), folder / "random.bin");
  write_program(example(), edge16(), folder / "example.bin");
  for (const char* name : {"random.bin", "example.bin"}) {
    const std::string text = output_of("readelf -aW " + (folder / name).string());
    EXPECT_THAT(text, HasSubstr("EXEC (Executable file)"));
    EXPECT_THAT(text, testing::Not(testing::ContainsRegex("[Ww]arning|[Ee]rror:"))) << text;
  }
  const std::string text = output_of("readelf -sSW " + (folder / "example.bin").string());
  EXPECT_THAT(text, HasSubstr("FUNC    LOCAL  DEFAULT    1 first"));
  EXPECT_THAT(text, HasSubstr("OBJECT  LOCAL  DEFAULT    2 x"));
  EXPECT_THAT(text, HasSubstr("NOTYPE  LOCAL  DEFAULT    1 start"));
  EXPECT_THAT(text, testing::ContainsRegex("\\.bss +NOBITS"));
}

// Flips, cuts, overwrites: the reader throws ProgramError or returns a sound program.
TEST(Elf, DamagedFilesNeverCrash) {
  const TemporaryFolder folder;
  Random random = seeded(42);
  Program program = example();
  program.text.insert(program.text.end(), 10, program.text.back());
  write_program(program, edge16(), folder / "good.bin");
  const std::vector<std::byte> good = isa::read_file(folder / "good.bin");
  int refused = 0;
  constexpr int kFiles = 20'000;
  for (int i = 0; i < kFiles; ++i) {
    std::vector<std::byte> bytes = good;
    for (int64_t flips = pick(random, 0, 4); flips > 0; --flips) {
      const auto place =
          static_cast<std::size_t>(pick(random, 0, static_cast<int64_t>(bytes.size()) - 1));
      bytes[place] = pick(random, 0, 1) == 0
                         ? bytes[place] ^ static_cast<std::byte>(1 << pick(random, 0, 7))
                         : static_cast<std::byte>(random());
    }
    if (pick(random, 0, 3) == 0) {
      bytes.resize(
          static_cast<std::size_t>(pick_with_ends(random, 0, static_cast<int64_t>(bytes.size()))));
    }
    isa::write_file(folder / "bad.bin", bytes);
    try {
      const Program read = read_program(folder / "bad.bin", edge16());
      ASSERT_EQ(problems(read, edge16()), std::vector<std::string>{});
      ASSERT_TRUE(assemble(edge16(), disassemble(edge16(), read), "x.s") == read);
    } catch (const ProgramError& error) {
      ++refused;
      ASSERT_THAT(error.what(), HasSubstr("bad.bin: error: "));
    }
  }
  // Some damage hits padding or data and changes nothing that can be checked.
  EXPECT_GT(refused, kFiles / 4);
  EXPECT_LT(refused, kFiles);
}

TEST(Elf, AnotherSpecIsRefused) {
  const TemporaryFolder folder;
  write_program(example(), edge16(), folder / "p.bin");
  isa::Spec other = edge16();
  other.hash = "0123";
  EXPECT_THAT(message_of([&] { read_program(folder / "p.bin", other); }),
              HasSubstr("built for machine edge16 with spec hash " + edge16().hash +
                        "; this spec is edge16 with 0123"));
  EXPECT_THAT(message_of([&] { write_program(example(), other, folder / "q.bin"); }),
              HasSubstr("spec hash"));
  EXPECT_FALSE(std::filesystem::exists(folder / "q.bin"));
}

TEST(Elf, OtherFilesAreNamed) {
  const TemporaryFolder folder;
  const auto message = [&](std::string_view contents) {
    isa::write_file(folder / "p.bin", contents);
    return message_of([&] { read_program(folder / "p.bin", edge16()); });
  };
  EXPECT_THAT(message(""), HasSubstr("p.bin: error: not a program file: it has 0 bytes"));
  EXPECT_THAT(message(std::string(100, 'x')), HasSubstr("does not begin as ELF does"));
  EXPECT_THAT(message_of([&] { read_program("/proc/self/exe", edge16()); }),
              HasSubstr("not a program file"));
  EXPECT_THAT(message_of([&] { read_program(folder / "none", edge16()); }),
              HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(message_of([&] { read_program(folder.path(), edge16()); }),
              HasSubstr("Is a directory"));
}

TEST(Problems, AreFoundBeforeWriting) {
  const auto found = [](auto&& change) {
    Program program = example();
    change(program);
    const std::vector<std::string> lines = problems(program, edge16());
    return lines.size() == 1 ? lines[0] : "not one problem, but " + std::to_string(lines.size());
  };
  EXPECT_THAT(found([](Program& p) { p.segments[1].address = 300; }),
              HasSubstr("'.data' and '.bss' overlap"));
  EXPECT_THAT(found([](Program& p) { p.segments[1].address = 0x0fffffff; }),
              HasSubstr("reaches beyond"));
  EXPECT_THAT(found([](Program& p) { p.text_address = 0x100000 + 16; }),
              HasSubstr("multiple of a cache line"));
  EXPECT_THAT(found([](Program& p) { p.segments[0].size = 2; }),
              HasSubstr("has 3 bytes but a size of 2"));
  EXPECT_THAT(found([](Program& p) { p.segments[1].bytes.resize(1); }), HasSubstr("is zero"));
  EXPECT_THAT(found([](Program& p) { p.segments[1].name = ".text"; }),
              HasSubstr("cannot be the name"));
  EXPECT_THAT(found([](Program& p) { p.symbols[1].name = "start"; }),
              HasSubstr("two symbols 'start'"));
  EXPECT_THAT(found([](Program& p) { p.symbols[0].value = 3; }),
              HasSubstr("at instruction 3; there are 2"));
  EXPECT_THAT(found([](Program& p) { p.symbols[0].name = "\xff"; }), HasSubstr("not UTF-8"));
  EXPECT_THAT(found([](Program& p) { p.layers[1].first = 0; }),
              HasSubstr("inside the layer before"));
  EXPECT_THAT(found([](Program& p) { p.layers[1].last = 9; }), HasSubstr("instructions 1 to 9"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].layout = "odd"; }),
              HasSubstr("plain, blocked or words"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].bytes = 15; }),
              HasSubstr("takes 16 bytes, but has 15"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].type = "f64"; }), HasSubstr("f32, i8 or u8"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].quantisation.type = ""; }), HasSubstr("qtype"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].quantisation.scale = 0; }), HasSubstr("positive"));
  EXPECT_THAT(found([](Program& p) { p.inputs[0].quantisation.zero_point = 200; }),
              HasSubstr("-128 to 127"));
}

} // namespace
} // namespace npuforge::assembler::test
