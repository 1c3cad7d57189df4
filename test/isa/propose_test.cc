// Proposed instructions: what they save, and that they mean the steps that they replace.

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/propose.h"

namespace npuforge::isa {
namespace {

using Kind = ChainSource::Kind;

const Spec& edge16() {
  static const Spec spec = load_spec(find_machine("edge16"));
  return spec;
}

ChainSource constant(int64_t bits) {
  return {Kind::Constant, 0, bits};
}

/// A step whose operands are given by name; lanes that are not named hold `rest`.
ChainStep step(const std::string& mnemonic, const std::map<std::string, ChainSource>& operands,
               ChainSource rest) {
  const Instruction* instruction = edge16().find(mnemonic);
  ChainStep result{instruction, {}};
  for (const Operand& operand : instruction->operands) {
    const auto named = operands.find(operand.name);
    result.sources.push_back(named == operands.end() ? rest : named->second);
  }
  return result;
}

/// The spec with the proposals as one machine.
Spec with(const std::vector<Proposal>& proposals) {
  std::string text = "base: edge16.yaml\nname: more\nformats:\n";
  for (const Proposal& p : proposals)
    text += p.format;
  text += "instructions:\n";
  for (const Proposal& p : proposals)
    text += p.instruction;
  return parse_spec(text, find_machine("edge16").replace_filename("more.yaml"));
}

// Two requantisations in a row, the first one's numbers the same in both chains, the second one's
// lanes different.
std::vector<Chain> rescale_twice() {
  std::vector<Chain> chains;
  for (int layer = 0; layer < 2; ++layer) {
    Chain chain{"net layer" + std::to_string(layer), 10, 64, {}};
    chain.steps.push_back(step("vrescale",
                               {{"src", {Kind::Stream, 0, 0}},
                                {"mult", constant(1 << 30)},
                                {"shift", constant(31)},
                                {"low", constant(-128)},
                                {"high", constant(127)}},
                               constant(-5)));
    chain.steps.push_back(step("vrescale",
                               {{"src", {Kind::Step, 0, 0}},
                                {"mult", {Kind::Lanes, 0, 0}},
                                {"shift", {Kind::Lanes, 1, 0}},
                                {"low", constant(-100 - layer)},
                                {"high", constant(100)}},
                               constant(7)));
    chains.push_back(chain);
  }
  return chains;
}

TEST(Propose, AChainOfTwoBecomesOneInstruction) {
  const std::vector<Proposal> proposals = propose(edge16(), rescale_twice(), 3);
  ASSERT_EQ(proposals.size(), 1);
  const Proposal& p = proposals[0];
  EXPECT_EQ(p.mnemonic, "fused1");
  EXPECT_EQ(p.saving, 2 * 10 * 64); // one pass over the rows instead of two
  EXPECT_THAT(p.where, testing::ElementsAre("net layer0", "net layer1"));
  EXPECT_THAT(p.replaces, testing::ElementsAre("vrescale", "vrescale"));

  const Spec spec = with(proposals);
  const Instruction* fused = spec.find("fused1");
  ASSERT_NE(fused, nullptr);
  // Numbers that are always the same stand in the expression; -100 and -101 do not.
  std::vector<std::string> names;
  for (const Operand& operand : fused->operands)
    names.push_back(operand.name);
  EXPECT_THAT(names, testing::ElementsAre("dst", "src", "mult", "shift", "low"));
}

TEST(Propose, TheInstructionMeansItsSteps) {
  const Spec spec = with(propose(edge16(), rescale_twice(), 1));
  const Instruction& fused = *spec.find("fused1");
  const Expr& rescale = *edge16().find("vrescale")->result;
  std::mt19937 random(1);
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 1000; ++i) {
    std::map<std::string, int64_t, std::less<>> first{{"src", draw(-128, 127)},
                                                      {"bias", -5},
                                                      {"mult", 1 << 30},
                                                      {"shift", 31},
                                                      {"zero", -5},
                                                      {"low", -128},
                                                      {"high", 127}};
    std::map<std::string, int64_t, std::less<>> second{
        {"bias", 7}, {"mult", draw(0, 1LL << 31) - 1}, {"shift", draw(0, 40)},
        {"zero", 7}, {"low", draw(-128, 0)},           {"high", 100}};
    std::map<std::string, int64_t, std::less<>> all{{"src", first["src"]},
                                                    {"mult", second["mult"]},
                                                    {"shift", second["shift"]},
                                                    {"low", second["low"]}};
    const auto value = [](const Expr& expr, const auto& names) {
      return evaluate(expr, [&](std::string_view name) { return names.find(name)->second; });
    };
    second["src"] = value(rescale, first);
    ASSERT_EQ(value(*fused.result, all), value(rescale, second)) << i;
  }
}

TEST(Propose, NothingIsProposedForSingleStepsAndSharedResults) {
  Chain chain{"net", 1, 16, {}};
  chain.steps.push_back(step("vrescale", {{"src", {Kind::Stream, 0, 0}}}, constant(1)));
  EXPECT_TRUE(propose(edge16(), {chain}, 3).empty());
  // Too many different lane registers for a word, and a result that two steps read.
  int lane = 0;
  const auto lanes = [&] { return ChainSource{Kind::Lanes, lane++, 0}; };
  ChainStep second =
      step("vadd", {{"a", {Kind::Step, 0, 0}}, {"b", {Kind::Stream, 1, 0}}}, lanes());
  ChainStep third = step("vadd", {{"a", {Kind::Step, 0, 0}}, {"b", {Kind::Step, 1, 0}}}, lanes());
  for (ChainStep* s : {&chain.steps[0], &second, &third})
    for (std::size_t o = 0; o < s->sources.size(); ++o)
      if (s->instruction->operands[o].kind == OperandKind::Lane)
        s->sources[o] = lanes();
  chain.steps.push_back(second);
  chain.steps.push_back(third);
  EXPECT_TRUE(propose(edge16(), {chain}, 3).empty());
}

TEST(Propose, PartsThatOverlapCountOnce) {
  Chain chain{"net", 1, 100, {}};
  chain.steps.push_back(step("vrescale", {{"src", {Kind::Stream, 0, 0}}}, constant(1)));
  for (int i = 0; i < 3; ++i)
    chain.steps.push_back(step("vrescale", {{"src", {Kind::Step, i, 0}}}, constant(1)));
  const std::vector<Proposal> proposals = propose(edge16(), {chain}, 1);
  ASSERT_EQ(proposals.size(), 1);
  EXPECT_EQ(proposals[0].saving, 300); // all four in one
  EXPECT_EQ(proposals[0].replaces.size(), 4);
}

} // namespace
} // namespace npuforge::isa
