#include "npuforge/assembler/plane_bars.h"

#include <algorithm>
#include <map>
#include <utility>

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

std::string rectangle(const PlaneBar& bar, double scale, int top, int height, const char* what) {
  return fmt::format("<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" "
                     "fill=\"hsl({},60%,70%)\" stroke=\"#444\" stroke-width=\"0.3\">"
                     "<title>{}: {} to {}{}</title></rect>\n",
                     kLeft + scale * static_cast<double>(bar.begin), lane_top(bar.core) + top,
                     scale * static_cast<double>(bar.end - bar.begin), height, hue(bar.name),
                     escaped(bar.name), bar.begin, bar.end, what);
}

using Tasks = std::map<std::pair<int, std::string>, const PlaneBar*>;

Tasks by_name(const std::vector<PlaneBar>& bars) {
  Tasks tasks;
  for (const PlaneBar& bar : bars) {
    tasks.emplace(std::pair(bar.core, bar.name), &bar);
  }
  return tasks;
}

} // namespace

std::string plane_text(const std::vector<PlaneBar>& bars, const std::vector<PlaneBar>& predicted) {
  const Tasks expected = by_name(predicted);
  std::string text = fmt::format(
      "{:<5} {:<48} {:>12} {:>12} {:>10}{}  {}\n", "core", "task", "begin", "end", "cycles",
      expected.empty() ? "" : fmt::format(" {:>12} {:>12} {:>10}", "expected", "end", "cycles"),
      "waits for cores");
  for (const PlaneBar& bar : bars) {
    text += fmt::format("{:<5} {:<48} {:>12} {:>12} {:>10}", bar.core, bar.name, bar.begin, bar.end,
                        bar.end - bar.begin);
    if (auto found = expected.find({bar.core, bar.name}); found != expected.end()) {
      const PlaneBar& was = *found->second;
      text += fmt::format(" {:>12} {:>12} {:>10}", was.begin, was.end, was.end - was.begin);
    } else if (!expected.empty()) {
      text += fmt::format(" {:>12} {:>12} {:>10}", "-", "-", "-");
    }
    text += fmt::format("  {}\n", fmt::join(bar.waits, " "));
  }
  text += fmt::format("{} cycles\n", end_of(bars));
  return expected.empty() ? text : text + fmt::format("{} expected\n", end_of(predicted));
}

std::string plane_svg(const std::vector<PlaneBar>& bars, const std::string& title,
                      const std::vector<PlaneBar>& predicted) {
  const int64_t end = std::max(end_of(bars), end_of(predicted));
  int cores = 1;
  for (const auto* list : {&bars, &predicted}) {
    for (const PlaneBar& bar : *list) {
      cores = std::max(cores, bar.core + 1);
    }
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
  const int upper = predicted.empty() ? 0 : kLane / 2;
  for (const PlaneBar& bar : predicted) {
    text += rectangle(bar, scale, 0, upper - 1, ", expected");
  }
  for (const PlaneBar& bar : bars) {
    text += rectangle(bar, scale, upper, kLane - upper, "");
  }
  return text + "</svg>\n";
}

} // namespace npuforge::assembler
