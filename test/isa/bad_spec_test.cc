// Every check of the spec reader can fail: each bad/*.yaml must give exactly the messages of its
// *.expected. NPUFORGE_UPDATE_GOLDENS=1 rewrites the expected messages.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

const fs::path kBad = fs::path(NPUFORGE_SOURCE_DIR) / "test/isa/bad";

std::vector<std::string> bad_specs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kBad))
    if (entry.path().extension() == ".yaml")
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Messages with paths as seen from the repository.
std::string problems_of(const fs::path& file) {
  std::string text;
  try {
    load_spec(file);
  } catch (const SpecError& error) {
    text = std::string(error.what()) + "\n";
  }
  const std::string root = std::string(NPUFORGE_SOURCE_DIR) + "/";
  for (std::size_t at = text.find(root); at != std::string::npos; at = text.find(root, at))
    text.erase(at, root.size());
  return text;
}

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

class BadSpec : public testing::TestWithParam<std::string> {};

TEST_P(BadSpec, IsRefusedWithItsMessages) {
  const std::string problems = problems_of(kBad / (GetParam() + ".yaml"));
  EXPECT_FALSE(problems.empty()) << "the reader takes this spec";
  const fs::path golden = kBad / (GetParam() + ".expected");
  const char* update = std::getenv("NPUFORGE_UPDATE_GOLDENS");
  if (update && std::string(update) == "1")
    std::ofstream(golden) << problems;
  EXPECT_EQ(problems, read(golden));
}

INSTANTIATE_TEST_SUITE_P(All, BadSpec, testing::ValuesIn(bad_specs()),
                         [](const auto& info) { return info.param; });

TEST(BadSpecs, TheBaseOfTheBadSpecsIsGood) {
  EXPECT_EQ(problems_of(kBad.parent_path() / "small.yaml"), "");
}

TEST(BadSpecs, TruncatedSpecsAreRefusedOrReadWithoutACrash) {
  const std::string text = read(fs::path(NPUFORGE_MACHINE_DIR) / "edge16.yaml");
  int refused = 0, tried = 0;
  for (std::size_t size = 0; size < text.size(); size += 97, ++tried) {
    try {
      parse_spec(text.substr(0, size), "edge16.yaml");
    } catch (const SpecError& error) {
      EXPECT_FALSE(error.diagnostics().empty());
      ++refused;
    }
  }
  // What is cut after the last instruction that a unit needs may be a smaller, but legal machine.
  EXPECT_GT(refused, tried * 3 / 4);
}

TEST(BadSpecs, ChangedBytesAreRefusedOrReadWithoutACrash) {
  std::string text = read(kBad.parent_path() / "small.yaml");
  const std::string marks = "{}[]:,\"'&*-#|>0z \n\t\xff";
  uint32_t seed = 1;
  auto next = [&seed] { return (seed = seed * 1664525u + 1013904223u) >> 8; };
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    std::string changed = text;
    changed[next() % changed.size()] = marks[next() % marks.size()];
    try {
      parse_spec(changed, "small.yaml");
    } catch (const SpecError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200);
}

} // namespace
} // namespace npuforge::isa
