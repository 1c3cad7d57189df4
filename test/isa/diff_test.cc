// What changed between two specs: each kind of change, and that the verdict is the hash's.
#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "npuforge/isa/diff.h"
#include "npuforge/isa/sizes.h"

namespace npuforge::isa {
namespace {

/// edge16 with what `yaml` says on top.
Spec edge16(const std::string& yaml = "") {
  return parse_spec("base: edge16.yaml\n" + yaml,
                    std::string(NPUFORGE_MACHINE_DIR) + "/other.yaml");
}

std::string add_with(const std::string& entries) {
  return "instructions:\n  add:\n    unit: sequencer\n    format: scalar\n" + entries;
}

const std::string kOperands =
    "    syntax: \"{rd}, {rs1}, {rs2}\"\n"
    "    operands: {rd: {kind: register, access: write}, rs1: {kind: register, access: read}, "
    "rs2: {kind: register, access: read}}\n";
const std::string kProse = "    prose: Adds two scalar registers, wrapping.\n";
const std::string kTiming = "    timing: {occupancy: \"1\", latency: \"1\"}\n";
const std::string kMeaning = "    semantics: {action: compute, result: \"rs1 + rs2\"}\n";
const std::string kOpcode = "    opcode: 0x01\n";

/// "! programs add, sub: text": breaks, "h": in the hash only, "-": in nobody's way.
std::vector<std::string> changes(const Spec& before, const Spec& after) {
  std::vector<std::string> lines;
  bool in_hash = false;
  for (const Change& change : compare(before, after)) {
    EXPECT_TRUE(change.in_hash || !change.breaks) << change.what;
    in_hash |= change.in_hash;
    lines.push_back(fmt::format("{} {} {}: {}",
                                change.breaks    ? '!'
                                : change.in_hash ? 'h'
                                                 : '-',
                                name(change.area), fmt::join(change.subjects, ", "), change.what));
  }
  EXPECT_EQ(in_hash, before.hash != after.hash) << fmt::format("{}", fmt::join(lines, "\n"));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(DiffTest, NothingChanged) {
  EXPECT_EQ(changes(edge16(), edge16()), Lines());
}

/// vfill with another meaning, and what it uses.
std::string fill_with(const std::string& semantics, const std::string& library = "") {
  return library +
         "instructions:\n  vfill:\n    unit: vector\n    format: lane\n    opcode: 0x42\n"
         "    syntax: \"{dst}, {lane}\"\n    operands:\n"
         "      dst: {kind: stream, space: scratchpad, access: write, type: i8, field: src}\n"
         "      lane: {kind: lane, access: read}\n"
         "    semantics: {action: map, " +
         semantics +
         "}\n    timing: {occupancy: \"dst.steps\", latency: \"vector.pipeline + dst.steps\", "
         "uses: [{stream: dst, port: write, start: vector.pipeline, cycles: dst.steps}]}\n"
         "    prose: Fills.\n";
}

TEST(DiffTest, MeaningsByLetsTablesAndFunctions) {
  const std::string half = "functions: {half: {arguments: {x: f32}, result: \"x * 0.5\"}}\n";
  const std::string third = "functions: {half: {arguments: {x: f32}, result: \"x * 0.3\"}}\n";
  const std::string call = "result: \"i8(half(f32(lane)))\"";
  EXPECT_EQ(changes(edge16(fill_with(call, half)), edge16(fill_with(call, third))),
            Lines{"! programs function half: (x: f32) x * 0.5 is now (x: f32) x * 0.3"});
  const std::string plain = "result: \"i8(lane)\"";
  EXPECT_EQ(changes(edge16(fill_with(plain, half)), edge16(fill_with(plain, third))),
            Lines{"- programs function half: (x: f32) x * 0.5 is now (x: f32) x * 0.3"})
      << "what no instruction uses changes no program";
  EXPECT_EQ(changes(edge16(fill_with(plain)), edge16(fill_with(plain, half))),
            Lines{"- programs function half: added"});

  const std::string squares = "tables: {T: {type: i8, size: 4, formula: \"i * i\"}}\n";
  const std::string cubes = "tables: {T: {type: i8, values: [0, 1, 8, 27]}}\n";
  const std::string index = "result: \"T[lane]\"";
  EXPECT_EQ(changes(edge16(fill_with(index, squares)), edge16(fill_with(index, cubes))),
            (Lines{"! programs table T: 2 of 4 values are others",
                   "- text table T: formula i * i is now none"}));

  EXPECT_EQ(changes(edge16(fill_with("let: {x: \"lane + 1\", y: \"x\"}, result: \"i8(x * y)\"")),
                    edge16(fill_with("let: {x: \"lane + 2\", y: \"x\"}, result: \"i8(x * y)\""))),
            Lines{"! programs vfill: let x lane + 1 is now lane + 2"});
  EXPECT_EQ(changes(edge16(fill_with("let: {x: \"lane\", y: \"lane\"}, result: \"i8(x * y)\"")),
                    edge16(fill_with("let: {y: \"lane\", x: \"lane\"}, result: \"i8(x * y)\""))),
            Lines());
}

TEST(DiffTest, InstructionsAreAddedRemovedAndRenamed) {
  EXPECT_EQ(changes(edge16(), edge16("instructions: {sub: ~}")), Lines{"! programs sub: removed"});
  EXPECT_EQ(changes(edge16("instructions: {sub: ~}"), edge16()), Lines{"h programs sub: added"});
  std::string plus = add_with(kOpcode + kOperands + kMeaning + kTiming + kProse);
  plus.replace(plus.find("add:"), 4, "plus:");
  plus += "  add: ~\n";
  EXPECT_EQ(changes(edge16(), edge16(plus)), Lines{"- programs add: name add is now plus"});
}

TEST(DiffTest, EncodingsMeaningTimingAndTextAreToldApart) {
  EXPECT_EQ(changes(edge16(), edge16(add_with("    opcode: 0xf1\n" + kOperands + kMeaning +
                                              kTiming + kProse))),
            Lines{"! programs add: opcode 0x01 is now 0xf1"});
  EXPECT_EQ(changes(edge16(),
                    edge16(add_with(kOpcode + kOperands + kTiming + kProse +
                                    "    semantics: {action: compute, result: \"rs2 + rs1\"}\n"))),
            Lines{"! programs add: result rs1 + rs2 is now rs2 + rs1"});
  EXPECT_EQ(
      changes(edge16(),
              edge16("instructions:\n  vset: {unit: vector, format: lane, opcode: 0x41, "
                     "syntax: \"{lane}, {value}\", operands: {lane: {kind: lane, access: write}, "
                     "value: {kind: value}}, semantics: {action: set_lanes}, "
                     "timing: {occupancy: \"2\", latency: \"vector.pipeline + 2\"}, "
                     "prose: Sets every lane of a lane register to one value.}\n")),
      (Lines{"h timing vset: occupancy 1 is now 2",
             "h timing vset: latency vector.pipeline + 1 is now vector.pipeline + 2"}));
  EXPECT_EQ(changes(edge16(), edge16(add_with(kOpcode + kOperands + kMeaning + kTiming +
                                              "    prose: Adds.\n"))),
            Lines{"- text add: prose is another"});
}

TEST(DiffTest, ANewNameOfAnOperandIsNoNewMeaning) {
  EXPECT_EQ(
      changes(edge16(),
              edge16(add_with(kOpcode + kTiming + kProse +
                              "    syntax: \"{rd}, {x}, {rs2}\"\n"
                              "    operands: {rd: {kind: register, access: write}, x: {kind: "
                              "register, access: read, field: rs1}, rs2: {kind: register, access: "
                              "read}}\n"
                              "    semantics: {action: compute, result: \"x + rs2\"}\n"))),
      (Lines{"h text add: operand rs1: name rs1 is now x",
             "- text add: syntax {rd}, {rs1}, {rs2} is now {rd}, {x}, {rs2}"}));
}

TEST(DiffTest, FieldsThatMoveBreakEveryInstructionOfTheFormat) {
  const Lines lines = changes(
      edge16(),
      edge16(
          "formats:\n  preload:\n    bits: 128\n    fields: {opcode: 7:0, wait: 13:8, post: 19:14, "
          "src: {offset: 36:21, base: 41:37, generator: 45:42}}\n"));
  EXPECT_EQ(
      lines,
      Lines{"! programs ldw: operand src: bits offset 35:20, base 40:36, generator 44:41 is now "
            "offset 36:21, base 41:37, generator 45:42"});
}

TEST(DiffTest, SizesBreakByTheirRole) {
  auto with = [](const std::string& sizes) { return edge16("machine: {" + sizes + "}"); };
  EXPECT_EQ(changes(edge16(), with("dram: {latency: 7}")),
            Lines{"h hardware dram.latency: 100 is now 7"});
  EXPECT_EQ(changes(edge16(), with("tokens: {max: 20}")),
            Lines{"h hardware tokens.max: 15 is now 20"});
  EXPECT_EQ(changes(edge16(), with("tokens: {max: 2}")),
            Lines{"! hardware tokens.max: 15 is now 2"});
  EXPECT_EQ(changes(edge16(), with("scratchpad: {banks: 16}")),
            Lines{"! hardware scratchpad.banks: 8 is now 16"});
  EXPECT_EQ(changes(edge16(), edge16("units: {matrix: {queue: 3}}")),
            Lines{"h hardware matrix.queue: 8 is now 3"});
}

TEST(DiffTest, TheListOfSizesIsThatOfTheHash) {
  // Every size of the machine is one that the hash sees, and all that the hash sees are in the
  // list.
  const Spec spec = edge16();
  EXPECT_EQ(sizes(spec.machine).size(), 31u + kUnitCount - 1);
  const Spec other = load_spec(find_machine("tile4"));
  std::vector<std::string> changed;
  for (const Change& change : compare(spec, other))
    if (change.area == ChangeArea::Hardware)
      changed.insert(changed.end(), change.subjects.begin(), change.subjects.end());
  const std::vector<Size> old = sizes(spec.machine), now = sizes(other.machine);
  for (std::size_t i = 0; i < old.size(); ++i)
    EXPECT_EQ(std::count(changed.begin(), changed.end(), old[i].name), old[i].value != now[i].value)
        << old[i].name;
}

} // namespace
} // namespace npuforge::isa
