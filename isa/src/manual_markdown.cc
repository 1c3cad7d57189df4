#include <fmt/format.h>

#include "manual_model.h"

namespace npuforge::isa::manual {
namespace {

std::string escape(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (std::string("\\`*_[]<>|").find(c) != std::string::npos)
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

/// A code span; in a table a | would end the cell even there.
std::string code_span(const std::string& text, bool in_table) {
  std::string inner;
  for (char c : text)
    inner += in_table && c == '|' ? "\\|" : std::string(1, c);
  const char* mark = inner.find('`') == inner.npos ? "`" : "``";
  return fmt::format("{}{}{}", mark, inner, mark);
}

std::string line(const Text& text, bool in_table = false) {
  std::string out;
  for (const Span& span : text)
    out += span.kind == Span::Kind::Plain ? escape(span.text)
           : span.kind == Span::Kind::Code
               ? code_span(span.text, in_table)
               : fmt::format("[{}](#{})", escape(span.text), span.target);
  return out;
}

std::string table_row(const std::vector<Text>& cells) {
  std::string out = "|";
  for (const Text& cell : cells)
    out += " " + line(cell, true) + " |";
  return out + "\n";
}

struct Printer {
  std::string operator()(const Heading& heading) const {
    return fmt::format("{} <a id=\"{}\"></a>{}\n\n", std::string(heading.level, '#'), heading.id,
                       line(heading.text));
  }
  std::string operator()(const Paragraph& paragraph) const { return line(paragraph.text) + "\n\n"; }
  std::string operator()(const Table& table) const {
    std::string out = table_row(table.head) + "|";
    for (std::size_t i = 0; i < table.head.size(); ++i)
      out += " --- |";
    out += "\n";
    for (const auto& row : table.rows)
      out += table_row(row);
    return out + "\n";
  }
  std::string operator()(const Listing& listing) const {
    return fmt::format("```{}\n{}\n```\n\n", listing.language, listing.text);
  }
  std::string operator()(const BitDiagram& diagram) const {
    Table table{{plain("Bits"), plain("Width"), plain("Field"), plain("Contents")}, {}};
    for (const BitField& field : diagram.fields)
      table.rows.push_back(
          {plain(field.high == field.low ? fmt::format("{}", field.low)
                                         : fmt::format("{}:{}", field.high, field.low)),
           plain(fmt::format("{}", field.high - field.low + 1)),
           field.name.empty() ? plain("–") : code(field.name), plain(field.contents)});
    return (*this)(table);
  }
};

} // namespace

std::string print_markdown(const Document& document) {
  std::string contents, body;
  for (const Block& block : document.blocks) {
    body += std::visit(Printer(), block);
    const auto* heading = std::get_if<Heading>(&block);
    if (heading && (heading->level == 2 || heading->level == 3))
      contents += fmt::format("{}- [{}](#{})\n", std::string(2 * (heading->level - 2), ' '),
                              line(heading->text), heading->id);
  }
  // The list stands behind the title, which is the first block.
  const std::size_t title = body.find("\n\n") + 2;
  body = body.substr(0, title) + contents + "\n" + body.substr(title);
  body.pop_back(); // one end of line is enough
  return body;
}

} // namespace npuforge::isa::manual
