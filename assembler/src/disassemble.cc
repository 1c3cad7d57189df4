// Program to text that assembles to an equal program.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

#include "instruction_syntax.h"
#include "names.h"
#include "ports.h"
#include "sections.h"

namespace npuforge::assembler {
namespace {

constexpr std::size_t kBytesPerLine = 16;
constexpr std::size_t kZeroRun = 32; // zeros worth a .space

class Disassembler {
public:
  Disassembler(const isa::Spec& spec, Program program) : spec_(spec), program_(std::move(program)) {
    sort(program_);
  }

  std::string run() {
    line(".machine {}", spell(program_.machine_name));
    for (const Port& port : program_.inputs) {
      line(".input {}", print_port(port, spec_));
    }
    for (const Port& port : program_.outputs) {
      line(".output {}", print_port(port, spec_));
    }
    for (const ResourceBound& bound : program_.bounds) {
      line(".bound {}, {}", spell(bound.resource), bound.cycles);
    }
    name_targets();
    text();
    auto symbol = std::find_if(program_.symbols.begin(), program_.symbols.end(),
                               [](const Symbol& s) { return !s.is_label; });
    for (const Segment& segment : program_.segments) {
      for (; symbol != program_.symbols.end() && symbol->value < segment.address; ++symbol) {
        line(".symbol {}, {:#x}", spell(symbol->name), symbol->value);
      }
      data(segment, symbol);
    }
    for (; symbol != program_.symbols.end(); ++symbol) {
      line(".symbol {}, {:#x}", spell(symbol->name), symbol->value);
    }
    return std::move(text_);
  }

private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  // --- text ---

  // Every target inside the text gets a name: its label's, or a local one.
  void name_targets() {
    std::set<std::string_view> names;
    for (const Symbol& symbol : program_.symbols) {
      names.insert(symbol.name);
      if (symbol.is_label) {
        targets_.try_emplace(static_cast<int64_t>(symbol.value), spell(symbol.name));
      }
    }
    for (const isa::Word& word : program_.text) {
      const std::optional<isa::Decoded> decoded = isa::decode(spec_, word);
      for (std::size_t i = 0; decoded && i < decoded->operands.size(); ++i) {
        const int64_t index = decoded->operands[i].value;
        if (decoded->instruction->operands[i].kind != isa::OperandKind::Target ||
            index > static_cast<int64_t>(program_.text.size()) || targets_.contains(index)) {
          continue;
        }
        std::string name = fmt::format(".L{}", index);
        while (names.contains(name)) {
          name += '_';
        }
        targets_[index] = local_[index] = name;
      }
    }
  }

  std::string target(int64_t index) const {
    const auto found = targets_.find(index);
    return found != targets_.end() ? found->second : fmt::format("{}", index);
  }

  void text() {
    line("\n.text\n.org {:#x}", program_.text_address);
    auto label = program_.symbols.cbegin();
    auto layer = program_.layers.cbegin();
    auto stop = program_.stops.cbegin();
    bool open = false;
    for (std::size_t i = 0; i <= program_.text.size(); ++i) {
      if (open && std::prev(layer)->last == i) {
        open = false;
        if (layer == program_.layers.cend() || layer->first != i) {
          line(".endlayer");
        }
      }
      while (layer != program_.layers.cend() && layer->first == i) {
        open = layer->last > i;
        line(".layer {}", quote(layer++->layer));
        if (!open && (layer == program_.layers.cend() || layer->first != i)) {
          line(".endlayer");
        }
      }
      for (; label != program_.symbols.cend() && label->is_label && label->value == i; ++label) {
        line("{}:", spell(label->name));
      }
      if (const auto local = local_.find(static_cast<int64_t>(i)); local != local_.end()) {
        line("{}:", local->second);
      }
      for (; stop != program_.stops.cend() && stop->at == i; ++stop) {
        line("{} {}", stop->resumes ? ".resume" : ".stop", quote(stop->reason));
      }
      if (i < program_.text.size()) {
        word(program_.text[i]);
      }
    }
  }

  void word(const isa::Word& word) {
    if (const std::optional<isa::Decoded> decoded = isa::decode(spec_, word)) {
      line("    {}",
           print_instruction(spec_, *decoded, [this](int64_t index) { return target(index); }));
      return;
    }
    std::string digits;
    for (int i = spec_.word_bytes() / 8 - 1; i >= 0; --i) {
      digits += fmt::format("{:016x}", word.bits[static_cast<std::size_t>(i)]);
    }
    line("    .insn 0x{}", digits);
  }

  // --- data ---

  void data(const Segment& segment, std::vector<Symbol>::iterator& symbol) {
    line("\n.section {}\n.org {:#x}", spell(segment.name), segment.address);
    uint64_t place = 0;
    for (; symbol != program_.symbols.end() && symbol->value - segment.address <= segment.size;
         ++symbol) {
      contents(segment, place, symbol->value - segment.address);
      place = symbol->value - segment.address;
      line("{}:", spell(symbol->name));
    }
    contents(segment, place, segment.size);
  }

  // Bytes [first, last) of a segment.
  void contents(const Segment& segment, uint64_t first, uint64_t last) {
    const uint64_t stored = std::min<uint64_t>(last, segment.bytes.size());
    while (first < stored) {
      const uint64_t zeros = zero_run(segment, first, stored);
      if (zeros >= kZeroRun) {
        // The last of the bytes is written as one: it says where bytes end and mere size begins.
        const uint64_t skipped = zeros - (first + zeros == segment.bytes.size() ? 1 : 0);
        line("    .space {}", skipped);
        first += skipped;
        continue;
      }
      const uint64_t count = std::min<uint64_t>(kBytesPerLine, stored - first);
      std::string numbers;
      for (uint64_t i = first; i < first + count; ++i) {
        fmt::format_to(std::back_inserter(numbers), "{}{:#04x}", i == first ? "" : ", ",
                       std::to_integer<int>(segment.bytes[i]));
      }
      line("    .byte {}", numbers);
      first += count;
    }
    if (first < last) {
      line("    .space {}", last - first);
    }
  }

  static uint64_t zero_run(const Segment& segment, uint64_t first, uint64_t last) {
    uint64_t end = first;
    while (end < last && segment.bytes[end] == std::byte{0}) {
      ++end;
    }
    return end - first;
  }

  const isa::Spec& spec_;
  Program program_;
  std::string text_;
  std::map<int64_t, std::string> targets_;
  std::map<int64_t, std::string> local_; ///< targets whose labels are ours
};

} // namespace

std::string disassemble(const isa::Spec& spec, const Program& program) {
  return Disassembler(spec, program).run();
}

} // namespace npuforge::assembler
