#include <fmt/format.h>

#include "manual_model.h"

namespace npuforge::isa::manual {
namespace {

std::string line(const Text& text) {
  std::string out;
  for (const Span& span : text) {
    const std::string inner = escape_html(span.text);
    out += span.kind == Span::Kind::Plain ? inner
           : span.kind == Span::Kind::Code
               ? fmt::format("<code>{}</code>", inner)
               : fmt::format("<a href=\"#{}\">{}</a>", span.target, inner);
  }
  return out;
}

std::string cells(const std::vector<Text>& row, const char* tag) {
  std::string out = "<tr>";
  for (const Text& cell : row)
    out += fmt::format("<{0}>{1}</{0}>", tag, line(cell));
  return out + "</tr>\n";
}

struct Printer {
  std::string operator()(const Heading& heading) const {
    return fmt::format("<h{0} id=\"{1}\">{2}</h{0}>\n", heading.level, heading.id,
                       line(heading.text));
  }
  std::string operator()(const Paragraph& paragraph) const {
    return fmt::format("<p>{}</p>\n", line(paragraph.text));
  }
  std::string operator()(const Table& table) const {
    std::string out =
        "<div class=\"scroll\"><table>\n<thead>" + cells(table.head, "th") + "</thead>\n<tbody>\n";
    for (const auto& row : table.rows)
      out += cells(row, "td");
    return out + "</tbody></table></div>\n";
  }
  std::string operator()(const Listing& listing) const {
    return fmt::format("<pre class=\"{}\"><code>{}</code></pre>\n", listing.language,
                       escape_html(listing.text));
  }
  std::string operator()(const BitDiagram& diagram) const {
    return fmt::format("<figure class=\"scroll\">\n{}</figure>\n", print_svg(diagram));
  }
};

std::string print_contents(const Document& document) {
  std::string out = "<nav aria-label=\"Contents\">\n<h2>Contents</h2>\n";
  int depth = 1; // of the open list; each but the first stands in an open item
  for (const Block& block : document.blocks) {
    const auto* heading = std::get_if<Heading>(&block);
    if (!heading || heading->level == 1 || heading->level > 3)
      continue;
    if (heading->level > depth)
      out += "<ul>\n";
    for (; depth > heading->level; --depth)
      out += "</li>\n</ul>";
    if (heading->level == depth)
      out += "</li>\n";
    depth = heading->level;
    out += fmt::format("<li><a href=\"#{}\">{}</a>", heading->id, line(heading->text));
  }
  for (; depth > 1; --depth)
    out += "</li>\n</ul>";
  return out + "\n</nav>\n";
}

} // namespace

std::string escape_html(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string print_html(const Document& document) {
  std::string out =
      fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
                  escape_html(document.title), kStyle);
  out += print_contents(document) + "<main>\n";
  for (const Block& block : document.blocks)
    out += std::visit(Printer(), block);
  return out + "</main>\n</body>\n</html>\n";
}

} // namespace npuforge::isa::manual
