#include <algorithm>

#include <fmt/format.h>

#include "manual_model.h"

namespace npuforge::isa::manual {
namespace {

constexpr int kRowBits = 32;
constexpr double kBit = 28, kNumbers = 14, kCell = 34, kGap = 8; // pixels
constexpr double kRowHeight = kNumbers + kCell + kGap;
constexpr double kCharacter = 0.61; // of the font's size: the width of a monospaced letter

std::string text(double x, double y, double size, const std::string& anchor,
                 const std::string& words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" text-anchor=\"{}\">{}"
                     "</text>\n",
                     x, y, size, anchor, escape_html(words));
}

/// The name in the cell, in two lines if it has a dot, as large as the width takes.
std::string label(const std::string& name, double left, double top, double width) {
  const std::size_t dot = name.find('.');
  const std::string first = name.substr(0, dot);
  const std::string second = dot == name.npos ? "" : name.substr(dot);
  const double letters = static_cast<double>(std::max(first.size(), second.size()));
  const double size = std::clamp((width - 4) / (letters * kCharacter), 5.0, 13.0);
  const double middle = left + width / 2;
  if (second.empty())
    return text(middle, top + kCell / 2 + size / 3, size, "middle", first);
  return text(middle, top + kCell / 2 - 2, size, "middle", first) +
         text(middle, top + kCell / 2 + size, size, "middle", second);
}

/// The part of a field that lies in one row of bits.
std::string piece(const BitField& field, int high, int low, int top_row) {
  const int row = high / kRowBits;
  const double left = (kRowBits - 1 - high % kRowBits) * kBit;
  const double width = (high - low + 1) * kBit;
  const double top = (top_row - row) * kRowHeight + kNumbers;
  std::string out = fmt::format(
      "<g><title>{}: bits {}:{}{}</title>\n"
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n",
      escape_html(field.name.empty() ? "zero" : field.name), field.high, field.low,
      field.contents.empty() ? "" : ", " + escape_html(field.contents), left + 0.5, top, width,
      kCell, field.name.empty() ? "zero" : "field");
  out += label(field.name.empty() ? "0" : field.name, left, top, width);
  out += text(left + 3, top - 3, 9, "start", fmt::format("{}", high));
  if (high != low)
    out += text(left + width - 3, top - 3, 9, "end", fmt::format("{}", low));
  return out + "</g>\n";
}

} // namespace

std::string print_svg(const BitDiagram& diagram) {
  const int top_row = (diagram.bits - 1) / kRowBits;
  std::string out =
      fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n",
                  kRowBits * kBit + 1, (top_row + 1) * kRowHeight, escape_html(diagram.what));
  for (const BitField& field : diagram.fields)
    for (int high = field.high; high >= field.low;) {
      const int low = std::max(field.low, high / kRowBits * kRowBits);
      out += piece(field, high, low, top_row);
      high = low - 1;
    }
  return out + "</svg>\n";
}

} // namespace npuforge::isa::manual
