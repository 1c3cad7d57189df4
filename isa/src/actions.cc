#include "actions.h"

#include <stdexcept>

namespace npuforge::isa {
namespace {

using K = OperandKind;
constexpr auto kRead = Access::Read;
constexpr auto kWrite = Access::Write;
constexpr auto kPad = Space::Scratchpad;
constexpr auto kSums = Space::Accumulator;
constexpr auto kDram = Space::Dram;
constexpr std::nullopt_t kAny = std::nullopt;

const std::vector<FreeRule> kScalarOperands{
    {K::Value, false}, {K::Immediate, false}, {K::Flag, false}};
const std::vector<FreeRule> kVectorOperands{{K::Stream, true},
                                            {K::Lane, false},
                                            {K::Value, false},
                                            {K::Immediate, false},
                                            {K::Flag, false}};

std::vector<FreeRule> with_registers(bool written) {
  std::vector<FreeRule> rules = kScalarOperands;
  rules.push_back({K::Register, written});
  return rules;
}

const std::vector<ActionRule>& rules() {
  static const std::vector<ActionRule> table{
      {Action::Compute, {Unit::Sequencer}, {}, with_registers(true), {"result"}},
      {Action::Branch,
       {Unit::Sequencer},
       {{"target", K::Target, kAny, kAny}},
       with_registers(false),
       {"condition"}},
      {Action::Loop,
       {Unit::Sequencer},
       {{"count", K::Value, kAny, kAny}, {"target", K::Target, kAny, kAny}},
       {},
       {}},
      {Action::Nothing, {Unit::Sequencer}, {}, {}, {}},
      {Action::Halt, {Unit::Sequencer}, {}, {}, {}},
      {Action::SetLevel,
       {Unit::Sequencer},
       {{"generator", K::Generator, kAny, kAny},
        {"level", K::Level, kAny, kAny},
        {"count", K::Value, kAny, kAny},
        {"stride", K::Value, kAny, kAny},
        {"low", K::Value, kAny, kAny, kAny, false},
        {"high", K::Value, kAny, kAny, kAny, false},
        {"keep", K::Flag, kAny, kAny}},
       {},
       {}},
      {Action::LoadScalar,
       {Unit::Sequencer},
       {{"rd", K::Register, kWrite, kAny}, {"address", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::StoreScalar,
       {Unit::Sequencer},
       {{"rs", K::Register, kRead, kAny}, {"address", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::CopyIn,
       {Unit::Load},
       {{"pad", K::Stream, kWrite, kPad, Type::I8},
        {"dram", K::Stream, kRead, kDram},
        {"bytes", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::CopyOut,
       {Unit::Store},
       {{"dram", K::Stream, kWrite, kDram},
        {"pad", K::Stream, kRead, kPad, Type::I8},
        {"bytes", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::Preload, {Unit::Weights}, {{"src", K::Stream, kRead, kPad}}, {}, {}},
      {Action::Multiply,
       {Unit::Matrix},
       {{"dst", K::Stream, kWrite, kSums},
        {"src", K::Stream, kRead, kPad},
        {"fill", K::Value, kAny, kAny},
        {"accumulate", K::Value, kAny, kAny},
        {"next", K::Flag, kAny, kAny}},
       {},
       {}},
      {Action::LoadLanes,
       {Unit::Vector},
       {{"src", K::Stream, kRead, kPad, Type::I8}, {"lane", K::Lane, kWrite, kAny}},
       {},
       {}},
      {Action::SetLanes,
       {Unit::Vector},
       {{"lane", K::Lane, kWrite, kAny}, {"value", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::Map, {Unit::Vector}, {}, kVectorOperands, {"result"}},
      {Action::Reduce, {Unit::Vector}, {}, kVectorOperands, {"init", "step", "result"}},
      {Action::CoreNumber, {Unit::Sequencer}, {{"rd", K::Register, kWrite, kAny}}, {}, {}},
      {Action::Signal,
       {Unit::Load, Unit::Store},
       {{"cores", K::Value, kAny, kAny}, {"event", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::Await,
       {Unit::Load, Unit::Store},
       {{"event", K::Value, kAny, kAny}, {"count", K::Value, kAny, kAny}},
       {},
       {}},
      {Action::CopyAcross,
       {Unit::Store},
       {{"dst", K::Stream, kWrite, kPad, Type::I8},
        {"src", K::Stream, kRead, kPad, Type::I8},
        {"bytes", K::Value, kAny, kAny},
        {"cores", K::Value, kAny, kAny}},
       {},
       {}},
  };
  return table;
}

} // namespace

const ActionRule& rule_of(Action action) {
  for (const ActionRule& rule : rules())
    if (rule.action == action)
      return rule;
  throw std::logic_error("an action without a rule");
}

} // namespace npuforge::isa
