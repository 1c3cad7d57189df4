// The manual of tile4 as it was when somebody last looked at it: a change of the spec or of the
// printers shows what readers will see. NPUFORGE_UPDATE_GOLDENS=1 rewrites it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "npuforge/isa/generate.h"

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

struct Manual {
  explicit Manual(const Spec& spec) {
    const fs::path directory =
        fs::path(testing::TempDir()) / fmt::format("npuforge-manual-{}", ::getpid());
    generate_manual(spec, directory);
    markdown = read(directory / (spec.machine.name + ".md"));
    html = read(directory / (spec.machine.name + ".html"));
    fs::remove_all(directory);
  }
  std::string markdown, html;
};

Spec tile4() {
  return load_spec(find_machine("tile4"));
}

TEST(ManualTest, Tile4IsTheGolden) {
  const fs::path golden = fs::path(NPUFORGE_SOURCE_DIR) / "test/isa/goldens/tile4.md";
  const Manual manual(tile4());
  const char* update = std::getenv("NPUFORGE_UPDATE_GOLDENS");
  if (update && std::string(update) == "1")
    std::ofstream(golden) << manual.markdown;
  EXPECT_TRUE(manual.markdown == read(golden)) << "the manual has changed: " << golden;
}

TEST(ManualTest, ProseIsEscaped) {
  Spec spec = tile4();
  spec.instructions[0].prose = "a < b & *c* | `x | y` [d] <script>alert(1)</script> `lone";
  const Manual manual(spec);
  EXPECT_NE(manual.markdown.find("a \\< b & \\*c\\* \\| `x | y` \\[d\\] \\<script\\>"),
            std::string::npos);
  EXPECT_NE(manual.html.find("a &lt; b &amp; *c* | <code>x | y</code> [d] &lt;script&gt;"),
            std::string::npos);
  EXPECT_EQ(manual.html.find("<script"), std::string::npos);
}

TEST(ManualTest, DiagramsShowEveryBitOnce) {
  const Manual manual(tile4());
  // Rows of 32 bits start at the highest bit of each: all words of tile4 have 128 bits.
  for (int bit : {127, 95, 63, 31})
    EXPECT_NE(manual.html.find(fmt::format(">{}</text>", bit)), std::string::npos) << bit;
  std::size_t diagrams = 0, at = 0;
  while ((at = manual.html.find("<svg", at + 1)) != std::string::npos) {
    ++diagrams;
    const std::string svg = manual.html.substr(at, manual.html.find("</svg>", at) - at);
    double width = 0;
    for (std::size_t rect = svg.find("<rect"); rect != svg.npos; rect = svg.find("<rect", rect + 1))
      width += std::atof(svg.c_str() + svg.find("width=\"", rect) + 7);
    EXPECT_EQ(width, 128 * 28.0); // the pixels of all bits
  }
  EXPECT_EQ(diagrams, tile4().formats.size() + tile4().instructions.size());
}

} // namespace
} // namespace npuforge::isa
