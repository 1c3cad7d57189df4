// What a program must keep to, whoever made it: the assembler, the compiler or a file.

#include "checks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "npuforge/assembler/program.h"

#include "elf_names.h"
#include "sections.h"

namespace npuforge::assembler {
namespace {

constexpr std::array<std::string_view, 13> kWordTypes{
    "f32", "f64", "f16", "bf16", "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"};

class Checker {
public:
  Checker(const Program& program, const isa::Spec& spec) : program_(program), spec_(spec) {}

  std::vector<Problem> run() {
    text();
    segments();
    overlaps();
    symbols();
    ports(program_.inputs, Part::Input, "input");
    ports(program_.outputs, Part::Output, "output");
    layers();
    bounds();
    stops();
    return std::move(problems_);
  }

private:
  template <typename... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args) {
    problems_.push_back({part_, index_, fmt::format(format, std::forward<Args>(args)...)});
  }

  // Runs a check on every element; what it finds is that element's.
  template <typename List, typename Check>
  void each(Part part, const List& list, Check&& check) {
    part_ = part;
    for (index_ = 0; index_ < list.size(); ++index_) {
      check(list[index_]);
    }
    part_ = Part::Text;
    index_ = 0;
  }

  // Names go into ELF string tables and JSON.
  bool good_name(const std::string& name, const char* what) {
    if (name.empty() || name.find('\0') != std::string::npos) {
      problem("a {} has an empty name or one with a zero byte", what);
      return false;
    }
    try {
      static_cast<void>(nlohmann::json(name).dump());
    } catch (const nlohmann::json::exception&) {
      problem("the name of a {} is not UTF-8", what);
      return false;
    }
    return true;
  }

  uint64_t dram() const { return static_cast<uint64_t>(spec_.machine.dram.bytes); }
  uint64_t text_bytes() const {
    return program_.text.size() * static_cast<uint64_t>(spec_.word_bytes());
  }
  bool inside(uint64_t address, uint64_t size) const {
    return address <= dram() && size <= dram() - address;
  }

  void text() {
    if (program_.text.empty()) {
      problem("the program has no instructions");
    }
    const auto line = static_cast<uint64_t>(spec_.machine.sequencer.line_bytes);
    if (program_.text_address % line != 0) {
      problem("the text's address {:#x} is not a multiple of a cache line, {} bytes",
              program_.text_address, line);
    }
    if (!inside(program_.text_address, text_bytes())) {
      problem("the text, {} bytes at {:#x}, reaches beyond the {} bytes of DRAM", text_bytes(),
              program_.text_address, dram());
    }
  }

  void segments() {
    std::set<std::string_view> names;
    each(Part::Segment, program_.segments, [&](const Segment& segment) {
      if (!good_name(segment.name, "section")) {
        return;
      }
      const std::string& name = segment.name;
      if (!names.insert(name).second) {
        problem("there are two sections '{}'", name);
      }
      if (is_reserved_section(name)) {
        problem("'{}' cannot be the name of a data section", name);
      }
      if (segment.size == 0 || segment.bytes.size() > segment.size) {
        problem("section '{}' has {} bytes but a size of {}", name, segment.bytes.size(),
                segment.size);
      }
      if (name == kZeroSection && !segment.bytes.empty()) {
        problem("section '{}' is zero: its bytes belong into another section", name);
      }
      if (!inside(segment.address, segment.size)) {
        problem("section '{}', {} bytes at {:#x}, reaches beyond the {} bytes of DRAM", name,
                segment.size, segment.address, dram());
      }
    });
    if (program_.segments.size() > kMostSections) {
      problem("there are {} sections; the file holds {}", program_.segments.size(), kMostSections);
    }
  }

  void overlaps() {
    struct Range {
      uint64_t first, size;
      std::string_view name;
      std::optional<std::size_t> segment;
    };
    std::vector<Range> ranges = {{program_.text_address, text_bytes(), kTextSection, {}}};
    each(Part::Segment, program_.segments, [&](const Segment& segment) {
      ranges.push_back({segment.address, segment.size, segment.name, index_});
    });
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    part_ = Part::Segment;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      const Range &low = ranges[i - 1], &high = ranges[i];
      if (high.first - low.first < low.size) {
        index_ = high.segment.value_or(low.segment.value_or(0));
        problem("sections '{}' and '{}' overlap at {:#x}", low.name, high.name, high.first);
      }
    }
  }

  void symbols() {
    std::set<std::string_view> names;
    each(Part::Symbol, program_.symbols, [&](const Symbol& symbol) {
      if (!good_name(symbol.name, "symbol")) {
        return;
      }
      if (!names.insert(symbol.name).second) {
        problem("there are two symbols '{}'", symbol.name);
      }
      if (symbol.is_label && symbol.value > program_.text.size()) {
        problem("label '{}' is at instruction {}; there are {}", symbol.name, symbol.value,
                program_.text.size());
      } else if (!symbol.is_label && symbol.value > dram()) {
        problem("symbol '{}' is at {:#x}, outside the {} bytes of DRAM", symbol.name, symbol.value,
                dram());
      }
    });
  }

  void ports(const std::vector<Port>& ports, Part part, const char* what) {
    std::set<std::string_view> names;
    each(part, ports, [&](const Port& port) {
      if (!good_name(port.name, what)) {
        return;
      }
      if (!names.insert(port.name).second) {
        problem("there are two {}s '{}'", what, port.name);
      }
      types(port, what);
      if (port.layout != "plain" && port.layout != "blocked" && port.layout != "words") {
        problem("{} '{}': the layout is plain, blocked or words, not '{}'", what, port.name,
                port.layout);
      } else if (port.layout == "blocked" && (port.shape.size() < 2 || port.shape[0] != 1)) {
        problem("{} '{}': layout blocked needs a shape that begins 1xC", what, port.name);
      } else if (port.bytes < port_bytes(port, spec_)) {
        problem("{} '{}' takes {} bytes, but has {}", what, port.name, port_bytes(port, spec_),
                port.bytes);
      }
      if (!inside(port.address, port.bytes)) {
        problem("{} '{}', {} bytes at {:#x}, reaches beyond the {} bytes of DRAM", what, port.name,
                port.bytes, port.address, dram());
      }
      const int64_t least = port.layout == "words" ? 0 : 1;
      if (std::any_of(port.shape.begin(), port.shape.end(), [&](int64_t d) { return d < least; })) {
        problem("{} '{}': every extent of the shape must be {} or more", what, port.name, least);
      }
      bounded(port, part, what);
    });
  }

  void bounded(const Port& port, Part part, const char* what) {
    if (!port.bounded) {
      return;
    }
    const auto& [dim, name] = *port.bounded;
    if (part != Part::Output || port.layout != "words") {
      problem("{} '{}': only an output of layout words can be bounded", what, port.name);
    }
    if (dim < 0 || dim >= static_cast<int64_t>(port.shape.size())) {
      problem("{} '{}' has no dimension {}", what, port.name, dim);
    }
    const auto extent = std::find_if(program_.outputs.begin(), program_.outputs.end(),
                                     [&](const Port& other) { return other.name == name; });
    if (extent == program_.outputs.end() || !is_integer_word(*extent)) {
      problem("{} '{}': its extent '{}' is no output of one i32 or i64 in layout words", what,
              port.name, name);
    }
  }

  static bool is_integer_word(const Port& port) {
    const bool one =
        std::all_of(port.shape.begin(), port.shape.end(), [](int64_t d) { return d == 1; });
    return one && port.layout == "words" && (port.type == "i32" || port.type == "i64");
  }

  void types(const Port& port, const char* what) {
    const Quantisation& q = port.quantisation;
    if (port.layout == "words") {
      word_type(port, what);
      return;
    }
    if (port.type != "f32" && port.type != "i8" && port.type != "u8") {
      problem("{} '{}': the type is f32, i8 or u8, not '{}'", what, port.name, port.type);
    }
    const bool real = port.type == "f32";
    if (q.type != "i8" && q.type != "u8" && !(real && q.type == "f32") &&
        !(q.type.empty() && !real)) {
      problem("{} '{}': the quantised type (qtype) is i8 or u8{}, not '{}'", what, port.name,
              real ? ", or f32 for an f32 tensor" : "", q.type);
    }
    if (q.type == "f32" && (q.scale != 1 || q.zero_point != 0)) {
      problem("{} '{}': with qtype=f32 nothing is quantised; scale is 1 and zero_point is 0", what,
              port.name);
    }
    if (!std::isfinite(q.scale) || q.scale <= 0) {
      problem("{} '{}': the scale must be a positive number, not {}", what, port.name, q.scale);
    }
    const int low = q.type == "u8" ? 0 : -128;
    const int high = q.type == "i8" ? 127 : 255;
    if (q.zero_point < low || q.zero_point > high) {
      problem("{} '{}': the zero point is {}; it must be {} to {}", what, port.name, q.zero_point,
              low, high);
    }
  }

  void word_type(const Port& port, const char* what) {
    if (!is_word_type(port.type)) {
      problem("{} '{}': words have the type {}, not '{}'", what, port.name,
              fmt::join(kWordTypes, ", "), port.type);
    }
    if (port.quantisation != Quantisation{}) {
      problem("{} '{}': words are not quantised; they have no scale, zero_point or qtype", what,
              port.name);
    }
  }

  void layers() {
    uint32_t end = 0;
    each(Part::Layer, program_.layers, [&](const LayerRange& range) {
      if (!good_name(range.layer, "layer")) {
        return;
      }
      if (range.first < end) {
        problem("layer '{}' begins at instruction {}, inside the layer before it", range.layer,
                range.first);
      }
      if (range.first > range.last || range.last > program_.text.size()) {
        problem("layer '{}' has the instructions {} to {}; there are {}", range.layer, range.first,
                range.last, program_.text.size());
      }
      end = std::max(end, range.last);
    });
  }

  void bounds() {
    std::set<std::string_view> names;
    for (const ResourceBound& bound : program_.bounds) {
      if (!good_name(bound.resource, "bound")) {
        continue;
      }
      if (!names.insert(bound.resource).second) {
        problem("the bound '{}' stands twice", bound.resource);
      }
      if (bound.cycles > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        problem("the bound '{}' is {} cycles, which is no 63-bit number", bound.resource,
                bound.cycles);
      }
    }
  }

  void stops() {
    const Stop* before = nullptr;
    for (const Stop& stop : program_.stops) {
      if (!good_name(stop.reason, "stop")) {
        continue;
      }
      if (before && before->at >= stop.at) {
        problem("stop '{}' at instruction {} does not come behind '{}' at {}", stop.reason, stop.at,
                before->reason, before->at);
      }
      const isa::Instruction* halt = instruction(stop.at);
      if (!halt || halt->action != isa::Action::Halt) {
        problem("stop '{}' is at instruction {}, which does not end the program", stop.reason,
                stop.at);
      }
      before = &stop;
    }
  }

  /// Null where there is none.
  const isa::Instruction* instruction(std::size_t index) const {
    if (index >= program_.text.size()) {
      return nullptr;
    }
    const std::optional<isa::Decoded> decoded = isa::decode(spec_, program_.text[index]);
    return decoded ? decoded->instruction : nullptr;
  }

  const Program& program_;
  const isa::Spec& spec_;
  std::vector<Problem> problems_;
  Part part_ = Part::Text; ///< what is being checked
  std::size_t index_ = 0;
};

} // namespace

std::vector<Problem> find_problems(const Program& program, const isa::Spec& spec) {
  return Checker(program, spec).run();
}

std::vector<std::string> problems(const Program& program, const isa::Spec& spec) {
  std::vector<std::string> lines;
  for (Problem& problem : find_problems(program, spec)) {
    lines.push_back(std::move(problem.message));
  }
  return lines;
}

void sort(Program& program) {
  std::sort(program.segments.begin(), program.segments.end(),
            [](const Segment& a, const Segment& b) { return a.address < b.address; });
  std::sort(program.symbols.begin(), program.symbols.end(), [](const Symbol& a, const Symbol& b) {
    return std::tuple(!a.is_label, a.value, std::string_view(a.name)) <
           std::tuple(!b.is_label, b.value, std::string_view(b.name));
  });
  std::sort(program.layers.begin(), program.layers.end(),
            [](const LayerRange& a, const LayerRange& b) {
              return std::tie(a.first, a.last, a.layer) < std::tie(b.first, b.last, b.layer);
            });
  std::sort(program.stops.begin(), program.stops.end(),
            [](const Stop& a, const Stop& b) { return a.at < b.at; });
}

bool is_word_type(const std::string& type) {
  return std::find(kWordTypes.begin(), kWordTypes.end(), type) != kWordTypes.end();
}

bool is_float_type(const std::string& type) {
  return type == "f32" || type == "f64" || type == "f16" || type == "bf16";
}

std::vector<std::string> type_notes(const Program& program) {
  std::vector<std::string> notes;
  auto add = [&](const char* what, const std::vector<Port>& ports) {
    for (const Port& port : ports)
      if (port.type == "f64")
        notes.push_back(fmt::format("{} '{}' is f64, which is computed as f32", what, port.name));
  };
  add("input", program.inputs);
  add("output", program.outputs);
  return notes;
}

int element_bytes(const Port& port) {
  return port.quantisation.type == "f32" || port.layout == "words" ? 4 : 1;
}

uint64_t port_bytes(const Port& port, const isa::Spec& spec) {
  uint64_t bytes = static_cast<uint64_t>(element_bytes(port));
  for (std::size_t i = 0; i < port.shape.size(); ++i) {
    auto extent = static_cast<uint64_t>(port.shape[i]);
    if (i == 1 && port.layout == "blocked") {
      const auto row = static_cast<uint64_t>(spec.machine.row_bytes());
      extent = extent / row * row + (extent % row != 0 ? row : 0);
    }
    if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      return UINT64_MAX;
    }
  }
  if (port.layout == "words") {
    const uint64_t row = static_cast<uint64_t>(spec.machine.row_bytes()) * 4;
    return bytes > UINT64_MAX - row ? UINT64_MAX : (bytes + row - 1) / row * row;
  }
  return bytes;
}

} // namespace npuforge::assembler
