#include "npuforge/assembler/plane_bars.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace npuforge::assembler {
namespace {

constexpr int kWidth = 1600, kLane = 40, kGap = 8, kLeft = 60, kTop = 40, kTicks = 8;

int64_t end_of(const std::vector<PlaneBar>& bars) {
  int64_t end = 1;
  for (const PlaneBar& bar : bars) {
    end = std::max(end, bar.end);
  }
  return end;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    default:
      result += c;
    }
  }
  return result;
}

/// A hue of the layer's own, the same for all its parts.
unsigned hue(const std::string& name) {
  uint32_t hash = 2166136261U; // FNV-1a
  for (const char c : name.substr(0, name.rfind('@'))) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash % 360;
}

int lane_top(int core) {
  return kTop + core * (kLane + kGap);
}

std::string axis(int64_t end, int bottom) {
  std::string text;
  for (int tick = 0; tick <= kTicks; ++tick) {
    const int x = kLeft + kWidth * tick / kTicks;
    text += fmt::format("<line x1=\"{0}\" y1=\"{1}\" x2=\"{0}\" y2=\"{2}\" stroke=\"#ccc\"/>"
                        "<text x=\"{0}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
                        x, kTop, bottom, bottom + 16, end * tick / kTicks);
  }
  return text;
}

} // namespace

std::string plane_text(const std::vector<PlaneBar>& bars) {
  std::string text = fmt::format("{:<5} {:<48} {:>12} {:>12} {:>10}  {}\n", "core", "task", "begin",
                                 "end", "cycles", "waits for cores");
  for (const PlaneBar& bar : bars) {
    text += fmt::format("{:<5} {:<48} {:>12} {:>12} {:>10}  {}\n", bar.core, bar.name, bar.begin,
                        bar.end, bar.end - bar.begin, fmt::join(bar.waits, " "));
  }
  return text + fmt::format("{} cycles\n", end_of(bars));
}

std::string plane_svg(const std::vector<PlaneBar>& bars, const std::string& title) {
  const int64_t end = end_of(bars);
  int cores = 1;
  for (const PlaneBar& bar : bars) {
    cores = std::max(cores, bar.core + 1);
  }
  const int bottom = lane_top(cores);
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<text x=\"{}\" y=\"20\">{}</text>\n",
      kLeft + kWidth + 60, bottom + 30, kLeft, escaped(title));
  text += axis(end, bottom);
  for (int core = 0; core < cores; ++core) {
    text +=
        fmt::format("<text x=\"8\" y=\"{}\">core {}</text>\n", lane_top(core) + kLane / 2, core);
  }
  const double scale = static_cast<double>(kWidth) / static_cast<double>(end);
  for (const PlaneBar& bar : bars) {
    text += fmt::format("<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" "
                        "fill=\"hsl({},60%,70%)\" stroke=\"#444\" stroke-width=\"0.3\">"
                        "<title>{}: {} to {}</title></rect>\n",
                        kLeft + scale * static_cast<double>(bar.begin), lane_top(bar.core),
                        scale * static_cast<double>(bar.end - bar.begin), kLane, hue(bar.name),
                        escaped(bar.name), bar.begin, bar.end);
  }
  return text + "</svg>\n";
}

} // namespace npuforge::assembler
