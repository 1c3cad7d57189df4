#pragma once
// The manual as a document, before it is Markdown or HTML.

#include <string>
#include <variant>
#include <vector>

namespace npuforge::isa::manual {

/// A run of characters within a line.
struct Span {
  enum class Kind { Plain, Code, Link } kind;
  std::string text;
  std::string target; ///< Link: id of a heading
};
using Text = std::vector<Span>;

Text plain(const std::string& text);
Text code(const std::string& text);
Text link(const std::string& text, const std::string& id);
/// Text in which `...` is code, as the prose of specs has it.
Text prose(const std::string& text);
Text operator+(Text a, const Text& b);

struct Heading {
  int level; ///< 1: the title
  std::string id;
  Text text;
};
struct Paragraph {
  Text text;
};
struct Table {
  std::vector<Text> head;
  std::vector<std::vector<Text>> rows; ///< each as long as the head
};
struct Listing {
  std::string language;
  std::string text; ///< lines without the last end of line
};
/// A field of a diagram; without a name: bits that are zero.
struct BitField {
  int high, low;
  std::string name;
  std::string contents; ///< what stands there, for people
};
struct BitDiagram {
  std::string what;
  int bits;
  std::vector<BitField> fields; ///< all bits, from high to low
};
using Block = std::variant<Heading, Paragraph, Table, Listing, BitDiagram>;

struct Document {
  std::string title;
  std::vector<Block> blocks;
};

std::string print_markdown(const Document& document);
std::string print_html(const Document& document);
/// The diagram as one SVG element, in rows of 32 bits, the highest first.
std::string print_svg(const BitDiagram& diagram);
/// The style sheet of the HTML page.
extern const char* const kStyle;
/// Text with & < > " as HTML has them.
std::string escape_html(const std::string& text);

} // namespace npuforge::isa::manual
