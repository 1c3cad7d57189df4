// What a good spec becomes.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "npuforge/isa/spec.h"
#include "npuforge/isa/timing.h"

namespace npuforge::isa {
namespace {

const std::string kMachines = NPUFORGE_MACHINE_DIR;

std::string edge16_text() {
  std::ifstream stream(kMachines + "/edge16.yaml");
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string hash_with(const std::string& what, const std::string& by) {
  return parse_spec(replaced(edge16_text(), what, by), kMachines + "/edge16.yaml").hash;
}

/// A variant of edge16.
Spec variant(const std::string& text) {
  return parse_spec("base: edge16.yaml\n" + text, kMachines + "/variant.yaml");
}

TEST(Spec, Edge16HasItsSizes) {
  Spec spec = load_spec(find_machine("edge16"));
  const Machine& m = spec.machine;
  EXPECT_EQ(m.name, "edge16");
  EXPECT_EQ(m.array.rows, 16);
  EXPECT_EQ(m.array.weight_sets, 3);
  EXPECT_EQ(m.scratchpad.bytes, 262144);
  EXPECT_EQ(m.bank_bytes(), 32768);
  EXPECT_EQ(m.accumulator_rows(), 1024);
  EXPECT_EQ(m.accumulator_bank_rows(), 256);
  EXPECT_EQ(m.store.fifo_beats, 64);
  EXPECT_EQ(m.token_max, 15);
  EXPECT_EQ(m.queue[int(Unit::Sequencer)], 0);
  EXPECT_EQ(m.queue[int(Unit::Matrix)], 8);
  EXPECT_EQ(spec.word_bytes(), 16);
}

TEST(Spec, InstructionsAreReadWhole) {
  Spec spec = load_spec(find_machine("edge16"));
  const Instruction& pool = *spec.find("vmaxpool");
  EXPECT_EQ(pool.unit, Unit::Vector);
  EXPECT_EQ(pool.action, Action::Reduce);
  EXPECT_EQ(pool.operands[pool.levels].name, "levels");
  EXPECT_EQ(print(*pool.step), "max(state, i32(src))");
  EXPECT_EQ(pool.init->type, Type::I32);
  EXPECT_EQ(pool.result->type, Type::I8);
  EXPECT_EQ(pool.find("src")->fill, "fill");
  EXPECT_EQ(pool.find("nothing"), nullptr);
  const Instruction& mm = *spec.find("mm");
  EXPECT_TRUE(mm.find("src")->byte_aligned);
  EXPECT_FALSE(mm.find("accumulate")->is_signed);
  EXPECT_TRUE(mm.find("src")->is_signed);
  ASSERT_EQ(mm.timing.uses.size(), 3u);
  EXPECT_EQ(mm.timing.uses[2].when, mm.index_of("accumulate"));
  EXPECT_EQ(
      print(*mm.timing.latency),
      "array.rows + array.cols + array.pipeline + ceil_div(array.rows, array.cols) * src.steps");
  const Instruction& fill = *spec.find("vfill");
  EXPECT_EQ(spec.formats[fill.format].fields[fill.find("dst")->offset].name, "src.offset");
  EXPECT_TRUE(spec.find("ld")->timing.dynamic);
  EXPECT_EQ(spec.find("no such"), nullptr);
  EXPECT_EQ(spec.find_opcode(mm.opcode), &mm);
}

TEST(Spec, Tile4HasTheInstructionsOfEdge16) {
  Spec edge = load_spec(find_machine("edge16")), tile = load_spec(find_machine("tile4"));
  EXPECT_EQ(tile.machine.name, "tile4");
  EXPECT_EQ(tile.machine.array.rows, 4);
  EXPECT_EQ(tile.machine.array.weight_sets, edge.machine.array.weight_sets);
  EXPECT_EQ(tile.machine.queue[int(Unit::Load)], 4);
  ASSERT_EQ(tile.instructions.size(), edge.instructions.size());
  for (std::size_t i = 0; i < tile.instructions.size(); ++i) {
    EXPECT_EQ(tile.instructions[i].mnemonic, edge.instructions[i].mnemonic);
    EXPECT_EQ(tile.instructions[i].opcode, edge.instructions[i].opcode);
  }
  EXPECT_NE(tile.hash, edge.hash);
}

TEST(SpecBase, AnEntryReplacesAddsOrRemoves) {
  Spec spec = variant(R"(
name: variant
machine: {dram: {latency: 7}}
instructions:
  add:
    unit: sequencer
    format: scalar
    opcode: 0x77
    operands: {}
    semantics: {action: nothing}
    timing: {occupancy: "1", latency: "1"}
    prose: Replaced.
  extra:
    unit: sequencer
    format: scalar
    opcode: 0x78
    operands: {}
    semantics: {action: nothing}
    timing: {occupancy: "1", latency: "1"}
    prose: Added.
  sub: ~
)");
  Spec edge = load_spec(find_machine("edge16"));
  EXPECT_EQ(spec.machine.dram.latency, 7);
  EXPECT_EQ(spec.machine.dram.bytes, edge.machine.dram.bytes);
  EXPECT_EQ(spec.find("add")->opcode, 0x77u);
  EXPECT_EQ(spec.find("extra")->prose, "Added.");
  EXPECT_EQ(spec.find("sub"), nullptr);
  EXPECT_EQ(spec.instructions.size(), edge.instructions.size());
}

TEST(SpecBase, ProblemsNameTheFileTheyStandIn) {
  try {
    variant("machine: {array: {cols: 8}}\n");
    FAIL();
  } catch (const SpecError& error) {
    std::set<std::string> files;
    for (const Diagnostic& diagnostic : error.diagnostics())
      files.insert(std::filesystem::path(diagnostic.file).filename());
    EXPECT_EQ(files, std::set<std::string>{"edge16.yaml"}); // lanes and beat_bytes do not follow
  }
  try {
    variant("machine: {array: {cols: 5, colour: 1}}\n");
    FAIL();
  } catch (const SpecError& error) {
    bool own = false;
    for (const Diagnostic& diagnostic : error.diagnostics())
      own = own || (std::filesystem::path(diagnostic.file).filename() == "variant.yaml" &&
                    diagnostic.line == 2);
    EXPECT_TRUE(own) << error.what();
  }
}

TEST(SpecHash, IsThatOfWhatProgramsDependOn) {
  std::string hash = load_spec(find_machine("edge16")).hash;
  EXPECT_EQ(hash.size(), 64u);
  // Names and prose change no program.
  EXPECT_EQ(hash_with("name: edge16", "name: other"), hash);
  EXPECT_EQ(hash_with("  add:\n", "  plus:\n"), hash);
  EXPECT_EQ(hash_with("Adds two scalar registers, wrapping.", "Sums."), hash);
  EXPECT_EQ(hash_with("\"{rd}, {rs1}, {rs2}\"", "\"{rd} <- {rs1}, {rs2}\""), hash);
  EXPECT_EQ(hash_with("machine:\n", "machine: # sizes\n"), hash);
  EXPECT_EQ(hash_with("result: \"rs1 + rs2\"", "result: \"(rs1)+rs2\""), hash);
  // Everything else does.
  EXPECT_NE(hash_with("opcode: 0x01", "opcode: 0x7f"), hash);
  EXPECT_NE(hash_with("latency: 100", "latency: 101"), hash);
  EXPECT_NE(hash_with("weight_sets: 3", "weight_sets: 4"), hash);
  EXPECT_NE(hash_with("load:      {queue: 8}", "load:      {queue: 9}"), hash);
  EXPECT_NE(hash_with("result: \"rs1 + rs2\"", "result: \"rs1 ^ rs2\""), hash);
  EXPECT_NE(hash_with("imm: 66:35", "imm: 65:35"), hash);
  EXPECT_NE(hash_with("target: 74:51", "target: 75:52"), hash);
  EXPECT_NE(hash_with("latency: \"src.steps + 2\"", "latency: \"src.steps + 3\""), hash);
  EXPECT_NE(hash_with("type: i8, align: 1, fill: fill", "type: i8, fill: fill"), hash);
  EXPECT_NE(hash_with("count: {kind: value, signed: false}", "count: {kind: value}"), hash);
}

TEST(FindMachine, TakesNamesAndPaths) {
  EXPECT_EQ(find_machine("tile4"), std::filesystem::path(kMachines) / "tile4.yaml");
  EXPECT_EQ(find_machine("some/where.yaml"), std::filesystem::path("some/where.yaml"));
  EXPECT_EQ(find_machine("where.yaml"), std::filesystem::path("where.yaml"));
  try {
    find_machine("edge17");
    FAIL();
  } catch (const SpecError& error) {
    EXPECT_STREQ(error.what(), "edge17: error: no such machine or file (machines: duo4, edge16, "
                               "npu16, quad16, quad16w, tile4, wide64)");
  }
}

TEST(LoadSpec, NamesAFileThatCannotBeRead) {
  EXPECT_THROW(load_spec("/no/such/file.yaml"), SpecError);
  EXPECT_THROW(load_spec("/"), SpecError);
  EXPECT_THROW(load_spec("/dev/zero"), SpecError);
}

TEST(TimingSizes, AreThoseOfTheMachine) {
  Spec spec = load_spec(find_machine("edge16"));
  std::vector<std::pair<std::string, int64_t>> expected{
      {"array.rows", 16},  {"array.cols", 16},   {"array.pipeline", 2},
      {"array.stages", 1}, {"vector.lanes", 16}, {"vector.pipeline", 5}};
  EXPECT_EQ(timing_sizes(spec.machine), expected);
}

} // namespace
} // namespace npuforge::isa
