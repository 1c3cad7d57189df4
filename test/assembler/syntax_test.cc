// What each piece of the text means.

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"

#include "support.h"

namespace npuforge::assembler::test {
namespace {

Program assembled(const std::string& text) {
  return assemble(edge16(), text, "test.s");
}

std::string listing(const isa::Word& word) {
  return print_instruction(edge16(), *isa::decode(edge16(), word));
}

// The value of an expression, through the immediate of an instruction.
int64_t value_of(const std::string& expression, const std::string& definitions = "") {
  const Program program = assembled(definitions + "\naddi r1, r0, " + expression);
  return isa::decode(edge16(), program.text.at(0))->operands.at(2).value;
}

std::vector<std::byte> bytes_of(const std::string& directives) {
  return assembled("halt\n.data\n" + directives).segments.at(0).bytes;
}

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const int value : values) {
    result.push_back(static_cast<std::byte>(value));
  }
  return result;
}

TEST(Expression, NumbersAndOperators) {
  EXPECT_EQ(value_of("12"), 12);
  EXPECT_EQ(value_of("-3"), -3);
  EXPECT_EQ(value_of("0x1f"), 31);
  EXPECT_EQ(value_of("0b1011"), 11);
  EXPECT_EQ(value_of("'A'"), 65);
  EXPECT_EQ(value_of("';'"), 59);
  EXPECT_EQ(value_of("'\\n'"), 10);
  EXPECT_EQ(value_of("2 + 3 * 4"), 14);
  EXPECT_EQ(value_of("(2 + 3) * 4"), 20);
  EXPECT_EQ(value_of("10 - 4 - 3"), 3);
  EXPECT_EQ(value_of("-7 / 2"), -3);
  EXPECT_EQ(value_of("1 << 4 + 1"), 32);
  EXPECT_EQ(value_of("-16 >> 2"), -4);
  EXPECT_EQ(value_of("6 & 3 | 8"), 10);
  EXPECT_EQ(value_of("~0"), -1);
  EXPECT_EQ(value_of("- -5"), 5);
}

// Files that exist in memory only.
Program assembled_with(const std::string& text, const std::map<std::string, std::string>& files) {
  return assemble(edge16(), text, "dir/test.s", [&](const std::filesystem::path& file) {
    const auto found = files.find(file.string());
    if (found == files.end()) {
      throw isa::FileError(file.string() + ": error: cannot be read: no such file");
    }
    return found->second;
  });
}

TEST(Lines, IncludeTakesTheLinesOfAFile) {
  const Program program = assembled_with(
      "addi r1, r0, A\n.include \"sub/a.s\"\nhalt",
      {{"dir/sub/a.s", ".equ A, 3\naddi r2, r0, 2\n.include \"b.s\"\n"}, {"dir/sub/b.s", "sync"}});
  ASSERT_EQ(program.text.size(), 4);
  EXPECT_EQ(listing(program.text[0]), "addi r1, r0, 3");
  EXPECT_EQ(listing(program.text[2]), "sync");
  EXPECT_EQ(listing(program.text[3]), "halt");
}

TEST(Lines, RepeatsNest) {
  EXPECT_EQ(assembled(".rept 2+1\nsync\n.rept 2\nhalt\n.endr\n.endr").text.size(), 9);
  EXPECT_EQ(assembled(".rept 0\nnonsense\n.endr\nhalt").text.size(), 1);
  EXPECT_EQ(bytes_of(".rept 2\n.byte 1, 2\n.endr"), bytes({1, 2, 1, 2}));
}

TEST(Lines, ErrorsNameTheFileAndTheLineInIt) {
  const auto message = [](const std::string& text) {
    return message_of([&] {
      assembled_with(text, {{"dir/a.s", "\nx: bad r1\n"}, {"dir/again.s", ".include \"again.s\""}});
    });
  };
  EXPECT_THAT(message("sync\n.include \"a.s\"\nworse r1"),
              testing::MatchesRegex("dir/a.s:2:4: error: [^\n]*\ndir/test.s:3:1: error: [^\n]*"));
  EXPECT_THAT(message("x: sync\n.include \"a.s\""),
              testing::HasSubstr("'x' is already defined in dir/test.s:1"));
  EXPECT_THAT(message("x: sync\nx: sync"), testing::HasSubstr("'x' is already defined in line 1"));
  EXPECT_THAT(message(".include \"none.s\""),
              testing::HasSubstr("dir/test.s:1:1: error: dir/none.s: error: cannot be read"));
  EXPECT_THAT(
      message("sync\n.include \"again.s\""),
      testing::HasSubstr("dir/again.s:1:1: error: .include and .rept are nested more than"));
  // A line that is repeated is wrong once.
  EXPECT_EQ(message(".rept 3\nsync bad\n.endr"), message("\nsync bad"));
}

TEST(Lines, RepeatsHaveAnEndAndAnEnd) {
  const auto message = [](const std::string& text) { return message_of([&] { assembled(text); }); };
  EXPECT_THAT(message("halt\n.rept 2\nsync"),
              testing::HasSubstr("test.s:2:1: error: this .rept has no .endr"));
  EXPECT_THAT(message("halt\n.endr"),
              testing::HasSubstr("test.s:2:1: error: no .rept is open here"));
  EXPECT_THAT(message(".rept -1\n.endr"), testing::HasSubstr("test.s:1:7: error: -1 repeats"));
  EXPECT_THAT(message(".equ N, 2\n.rept N\n.endr"),
              testing::HasSubstr("test.s:2:7: error: 'N' is a symbol"));
  EXPECT_THAT(message(".rept 2000000\n.rept 2000000\n.endr\n.endr"),
              testing::HasSubstr("repeats in all"));
  EXPECT_THAT(message(".rept 2000000\nsync\nsync\n.endr"),
              testing::HasSubstr("the text has more than"));
}

TEST(Expression, Symbols) {
  EXPECT_EQ(value_of("A * 2", ".equ A, B + 1\n.equ B, 20"), 42);
  EXPECT_EQ(value_of("\"r5\"", ".equ \"r5\", 9"), 9);
  EXPECT_EQ(value_of("end - start", ".data\nstart: .byte 1, 2, 3\nend:\n.text"), 3);
}

TEST(Instruction, OperandsOfEveryKind) {
  const Program program = assembled(R"(
      mm [r4+0,g3], [ r2 + 16 , g1 ], fill=-3, accumulate=r5+1, next=1 wait(load, weights) post(vector)
      gen g2.1,r3+1,64 , keep = 1   ; comment
      ldw [g15] post(matrix) wait(load)  # comment
here: loop 3, here // comment
      vset l15, 1<<30
      sync wait(store)
      st [r31-4,g0], [12,g1], r1
  )");
  const std::vector<std::string> expected = {
      "mm [r4,g3], [r2+16,g1], fill=-3, accumulate=r5+1, next=1 wait(load,weights) post(vector)",
      "gen g2.1, r3+1, 64, keep=1",
      "ldw [g15] wait(load) post(matrix)",
      "loop 3, 3",
      "vset l15, 1073741824",
      "sync wait(store)",
      "st [r31-4,g0], [12,g1], r1"};
  ASSERT_EQ(program.text.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(listing(program.text[i]), expected[i]);
  }
}

TEST(Labels, AreInstructionIndicesAndSymbols) {
  const Program program = assembled("first: second: addi r1, r0, 1\n.L3: bne r1, r0, last\nlast:");
  const std::vector<Symbol> expected = {{"first", 0, true}, {"second", 0, true}, {"last", 2, true}};
  EXPECT_EQ(program.symbols, expected);
  EXPECT_EQ(listing(program.text[1]), "bne r1, r0, 2");
}

TEST(Data, Directives) {
  EXPECT_EQ(bytes_of(".byte 1, -1, 0xff"), bytes({1, 255, 255}));
  EXPECT_EQ(bytes_of(".float 1.5, -2"), bytes_of(".word 0x3fc00000, 0xc0000000"));
  EXPECT_EQ(bytes_of(".float 0, -0.0, inf, -inf, nan"),
            bytes_of(".word 0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000"));
  EXPECT_EQ(bytes_of(".float .1, 1e-45, 16777217, 3.4028235e38"),
            bytes_of(".word 0x3dcccccd, 1, 0x4b800000, 0x7f7fffff"));
  EXPECT_EQ(bytes_of(".half 0x1234, -2"), bytes({0x34, 0x12, 0xfe, 0xff}));
  EXPECT_EQ(bytes_of(".word 0x12345678"), bytes({0x78, 0x56, 0x34, 0x12}));
  EXPECT_EQ(bytes_of(R"(.ascii "a\n\x7f\"", "b;#")"), bytes({'a', '\n', 0x7f, '"', 'b', ';', '#'}));
  EXPECT_EQ(bytes_of(".byte 1\n.align 4\n.byte 2\n.space 2\n.byte 3"),
            bytes({1, 0, 0, 0, 2, 0, 0, 3}));
}

TEST(Layout, FollowsTheTextInBursts) {
  const Program program = assembled(R"(
    .bss
    acts: .space 1000
    .data
    x: .byte 1, 2
    .text
    halt
    .section more
    y: .word x, acts
    .data
    z: .byte 3
    .space 5
  )");
  ASSERT_EQ(program.segments.size(), 3U);
  EXPECT_EQ(program.text_address, 0U);
  const Segment& data = program.segments[0];
  EXPECT_EQ(data.name, ".data");
  EXPECT_EQ(data.address, 256U);
  EXPECT_EQ(data.size, 8U);
  EXPECT_EQ(data.bytes, bytes({1, 2, 3}));
  EXPECT_EQ(program.segments[1].name, "more");
  EXPECT_EQ(program.segments[1].address, 512U);
  EXPECT_EQ(program.segments[1].bytes, bytes({0, 1, 0, 0, 0, 3, 0, 0}));
  EXPECT_EQ(program.segments[2].name, ".bss");
  EXPECT_EQ(program.segments[2].address, 768U);
  EXPECT_EQ(program.segments[2].size, 1000U);
  const std::vector<Symbol> symbols = {
      {"x", 256, false}, {"z", 258, false}, {"y", 512, false}, {"acts", 768, false}};
  EXPECT_EQ(program.symbols, symbols);
}

TEST(Layout, OriginsAndAlignments) {
  const Program program = assembled(R"(
    .equ BASE, 0x1000
    .text
    .org BASE * 2
    halt
    .data
    .org BASE
    .byte 1
    .org BASE + 8
    late: .byte 2
    .section big
    .byte 1
    .align 4096
    page: .byte 2
  )");
  EXPECT_EQ(program.text_address, 0x2000U);
  EXPECT_EQ(program.segments[0].address, 0x1000U);
  EXPECT_EQ(program.segments[0].size, 9U);
  EXPECT_EQ(program.segments[1].address, 0x3000U) << "behind the text, though .data lies before it";
  const std::vector<Symbol> symbols = {{"late", 0x1008, false}, {"page", 0x4000, false}};
  EXPECT_EQ(program.symbols, symbols);
}

TEST(Layers, AreRanges) {
  const Program program =
      assembled(".layer \"a b\"\nhalt\nhalt\n.layer c\n.endlayer\nhalt\n.layer d\nhalt");
  const std::vector<LayerRange> expected = {{"a b", 0, 2}, {"c", 2, 2}, {"d", 3, 4}};
  EXPECT_EQ(program.layers, expected);
}

TEST(Ports, AllKeys) {
  const Program program = assembled(R"(
    .input image, type=f32, shape=1x3x8x8, layout=blocked, address=x+16, scale=0.5, zero_point=-3, qtype=i8
    .output "out:0", type=u8, shape=scalar, layout=plain, address=x, bytes=64
    halt
    .bss
    x: .space 4096
  )");
  const Port input{"image", "f32", {1, 3, 8, 8}, "blocked", 272, 1024, {0.5, -3, "i8"}, {}};
  const Port output{"out:0", "u8", {}, "plain", 256, 64, {}, {}};
  EXPECT_EQ(program.inputs, std::vector<Port>{input});
  EXPECT_EQ(program.outputs, std::vector<Port>{output});
}

TEST(Machine, IsFoundInTheText) {
  EXPECT_EQ(machine_of_text("; hi\n  .machine tile4 ; there\n"), "tile4");
  EXPECT_EQ(machine_of_text(".machine \"a b\""), "a b");
  EXPECT_EQ(machine_of_text("halt\n; .machine x"), std::nullopt);
}

} // namespace
} // namespace npuforge::assembler::test
