#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/assembler/stats.h"

namespace npuforge::assembler {
namespace {

using nlohmann::json;

double percent(uint64_t count, uint64_t all) {
  return all ? 100.0 * static_cast<double>(count) / static_cast<double>(all) : 0;
}

std::string bits(int high, int low) {
  return high == low ? fmt::format("{}", low) : fmt::format("{}:{}", high, low);
}

std::string print_mix(const ProgramUse& use) {
  std::string out = fmt::format("{} instructions\n", use.words - use.illegal);
  if (use.illegal > 0)
    out += fmt::format("{} words that are no instruction\n", use.illegal);
  out += fmt::format("\n  {:<12} {:<10} {:>8} {:>7} {:>8} {:>8}\n", "instruction", "unit", "count",
                     "%", "waiting", "posting");
  std::string unused;
  for (const InstructionUse& i : use.instructions) {
    if (i.count == 0) {
      unused += (unused.empty() ? "" : ", ") + i.instruction->mnemonic;
      continue;
    }
    out += fmt::format("  {:<12} {:<10} {:>8} {:>7.2f} {:>8} {:>8}\n", i.instruction->mnemonic,
                       name(i.instruction->unit), i.count, percent(i.count, use.words), i.waits,
                       i.posts);
  }
  return out + (unused.empty() ? "" : fmt::format("  not used: {}\n", unused));
}

std::string print_parts(const ProgramUse& use) {
  std::string out =
      fmt::format("\nFields in use\n  {:<12} {:<20} {:>8} {:>6} {:>6}  {}\n", "instruction",
                  "field", "bits", "needed", "values", "range (possible)");
  for (const InstructionUse& i : use.instructions)
    for (const PartUse& part : i.parts)
      out += fmt::format("  {:<12} {:<20} {:>8} {:>6} {:>6}  {}..{} ({}..{})\n",
                         i.instruction->mnemonic, part.name, bits(part.high, part.low),
                         part.bits_needed, part.distinct, part.first, part.last, part.lowest,
                         part.highest);
  return out;
}

std::string print_formats(const ProgramUse& use) {
  std::string out = "\nBits that no word sets\n";
  for (const FormatUse& format : use.formats) {
    if (format.count == 0)
      continue;
    int unset = 0;
    std::string runs;
    for (const isa::Field& run : format.never) {
      unset += run.bits();
      runs += fmt::format(" {}{}", bits(run.high, run.low),
                          run.name.empty() ? "" : "(" + run.name + ")");
    }
    out += fmt::format("  {} ({} words): {} of {} bits:{}\n", format.format->name, format.count,
                       unset, format.format->bits, runs.empty() ? " none" : runs);
  }
  return out;
}

json instruction_json(const InstructionUse& use) {
  json parts = json::array();
  for (const PartUse& part : use.parts)
    parts.push_back({{"field", part.name},
                     {"high", part.high},
                     {"low", part.low},
                     {"range", {part.first, part.last}},
                     {"possible", {part.lowest, part.highest}},
                     {"distinct", part.distinct},
                     {"bits_needed", part.bits_needed}});
  return {{"mnemonic", use.instruction->mnemonic},
          {"unit", name(use.instruction->unit)},
          {"count", use.count},
          {"waits", use.waits},
          {"posts", use.posts},
          {"fields", parts}};
}

} // namespace

std::string print_use(const ProgramUse& use) {
  return print_mix(use) + print_parts(use) + print_formats(use);
}

json use_json(const ProgramUse& use) {
  json out = {{"words", use.words},
              {"illegal", use.illegal},
              {"instructions", json::array()},
              {"formats", json::array()}};
  for (const InstructionUse& instruction : use.instructions)
    out["instructions"].push_back(instruction_json(instruction));
  for (const FormatUse& format : use.formats) {
    json never = json::array();
    for (const isa::Field& run : format.never)
      never.push_back({{"field", run.name}, {"high", run.high}, {"low", run.low}});
    out["formats"].push_back(
        {{"name", format.format->name}, {"count", format.count}, {"never_set", never}});
  }
  return out;
}

} // namespace npuforge::assembler
