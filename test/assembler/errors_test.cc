// Every bad/NAME.s has its messages in bad/NAME.expected. NPUFORGE_UPDATE_GOLDENS=1 rewrites those.

#include <cstdlib>

#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"

#include "random_program.h"
#include "support.h"

namespace npuforge::assembler::test {
namespace {

namespace fs = std::filesystem;

TEST(Errors, AreTheGoldens) {
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(BAD_INPUTS)) {
    if (entry.path().extension() != ".s") {
      continue;
    }
    ++files;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string text = isa::read_text_file(entry.path());
    const std::string message =
        message_of([&] { assemble(edge16(), text, entry.path().filename().string()); }) + "\n";
    EXPECT_NE(message, "\n") << "it assembles";
    const fs::path expected = fs::path(entry.path()).replace_extension(".expected");
    if (std::getenv("NPUFORGE_UPDATE_GOLDENS") != nullptr) {
      isa::write_file(expected, message);
    }
    EXPECT_EQ(message, isa::read_text_file(expected));
  }
  EXPECT_GE(files, 5);
}

// Damaged text is assembled or refused, never more.
TEST(Errors, DamagedTextNeverCrashes) {
  Random random = seeded(5);
  const std::string good = disassemble(edge16(), random_program(random, edge16()));
  const std::string_view alphabet = "\"'\\[](){},.:;#-+*/<>&|~=_ \t\nrgl019xb\0\xff";
  for (int i = 0; i < 2000; ++i) {
    std::string text = good.substr(
        static_cast<std::size_t>(pick(random, 0, static_cast<int64_t>(good.size()) - 1)), 2000);
    for (int64_t changes = pick(random, 1, 20); changes > 0; --changes) {
      const auto place =
          static_cast<std::size_t>(pick(random, 0, static_cast<int64_t>(text.size()) - 1));
      text[place] = alphabet[static_cast<std::size_t>(
          pick(random, 0, static_cast<int64_t>(alphabet.size()) - 1))];
    }
    message_of([&] { assemble(edge16(), text, "damaged.s"); });
  }
}

TEST(Errors, NestingAndChainsAreLimited) {
  const auto message = [](const std::string& text) {
    return message_of([&] { assemble(edge16(), text, "deep.s"); });
  };
  EXPECT_NE(message("addi r1, r0, " + std::string(100'000, '(')).find("nested too deeply"),
            std::string::npos);
  EXPECT_NE(message("addi r1, r0, " + std::string(100'000, '-')).find("nested too deeply"),
            std::string::npos);
  std::string chain = "addi r1, r0, a0\n.equ a9999, 1\n";
  for (int i = 0; i < 9999; ++i) {
    chain += ".equ a" + std::to_string(i) + ", a" + std::to_string(i + 1) + "\n";
  }
  EXPECT_NE(message(chain).find("too long a chain"), std::string::npos);
}

} // namespace
} // namespace npuforge::assembler::test
