#include "propose_build.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/isa/pace.h"

#include "names.h"
#include "propose_simplify.h"

namespace npuforge::isa {
namespace {

std::shared_ptr<Expr> node(ExprKind kind, std::string text) {
  auto made = std::make_shared<Expr>();
  made->kind = kind;
  made->text = std::move(text);
  return made;
}

/// Text of a number as the type's literal; nothing for what has none.
std::optional<std::string> literal_text(int64_t bits, Type type) {
  if (type == Type::I32)
    return std::to_string(static_cast<int32_t>(bits));
  if (type != Type::F32)
    return std::to_string(static_cast<uint32_t>(bits));
  const auto value = std::bit_cast<float>(static_cast<uint32_t>(bits));
  if (std::isnan(value))
    return std::nullopt;
  if (std::isinf(value))
    return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", value); // the shortest that reads back as the same number
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

ExprPtr literal(const std::string& text) {
  if (!text.starts_with("-"))
    return node(ExprKind::Literal, text);
  auto minus = node(ExprKind::Unary, "-");
  minus->args.push_back(node(ExprKind::Literal, text.substr(1)));
  return minus;
}

/// The expression with other names; lets keep their sharing.
class Renaming {
public:
  Renaming(const std::map<std::string, ExprPtr>& names, std::string let_prefix)
      : names_(names), let_prefix_(std::move(let_prefix)) {}

  ExprPtr operator()(const ExprPtr& expr) {
    auto [place, added] = done_.try_emplace(expr.get());
    if (added)
      place->second = renamed(*expr);
    return done_.at(expr.get());
  }

private:
  ExprPtr renamed(const Expr& expr) {
    if (expr.kind == ExprKind::Name)
      return names_.at(expr.text);
    auto copy = std::make_shared<Expr>(expr);
    if (expr.kind == ExprKind::Let)
      copy->text = let_prefix_ + expr.text;
    for (ExprPtr& arg : copy->args)
      arg = (*this)(arg);
    return simplified(copy);
  }

  const std::map<std::string, ExprPtr>& names_;
  const std::string let_prefix_;
  std::map<const Expr*, ExprPtr> done_;
};

const Operand& result_of(const Instruction& instruction) {
  return *std::find_if(instruction.operands.begin(), instruction.operands.end(), [](const auto& o) {
    return o.kind == OperandKind::Stream && o.access == Access::Write;
  });
}

class Builder {
public:
  Builder(const Spec& spec, const Candidate& candidate, std::string mnemonic, int number)
      : spec_(spec), candidate_(candidate), mnemonic_(std::move(mnemonic)), number_(number),
        result_(result_of(*candidate.steps.back())) {}

  std::optional<Built> build() {
    name_operands();
    set_timing();
    const std::optional<uint32_t> opcode = free_opcode();
    const std::optional<std::string> format = make_format();
    if (!opcode || !format)
      return std::nullopt;
    built_.format = *format;
    built_.instruction = make_instruction(*opcode);
    return built_;
  }

private:
  struct Named {
    std::string name;
    const Operand* like; ///< operand of a step that it takes the place of
  };

  const Operand& operand(Slot slot) const {
    return candidate_.steps[slot.step]->operands[slot.operand];
  }

  // --- operands ---

  void name_operands() {
    used_.insert("dst");
    const auto& streams = candidate_.streams;
    for (std::size_t s = 0; s < streams.size(); ++s)
      sources_.push_back(
          {unique(streams.size() == 1 ? "src" : std::string(1, 'a' + s)), &operand(streams[s])});
    lane_values_.resize(candidate_.lanes.size());
    for (std::size_t l = 0; l < candidate_.lanes.size(); ++l)
      lane_values_[l] = lane_value(l);
  }

  /// A lane register that always holds what an earlier one holds is that one; one that always holds
  /// the same number is a literal.
  ExprPtr lane_value(std::size_t l) {
    const Operand& like = operand(candidate_.lanes[l]);
    const auto& occurrences = candidate_.occurrences;
    const ChainSource& first = occurrences.front().lanes[l];
    const bool same = std::all_of(occurrences.begin(), occurrences.end(),
                                  [&](const Occurrence& o) { return o.lanes[l] == first; });
    if (same && first.kind == ChainSource::Kind::Constant)
      if (const auto text = literal_text(first.bits, like.type))
        return literal(*text);
    for (std::size_t k = 0; k < l; ++k)
      if (operand(candidate_.lanes[k]).type == like.type &&
          std::all_of(occurrences.begin(), occurrences.end(),
                      [&](const Occurrence& o) { return o.lanes[k] == o.lanes[l]; }))
        return lane_values_[k];
    lanes_.push_back({unique(like.name), &like});
    return node(ExprKind::Name, lanes_.back().name);
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !used_.insert(name).second; ++i)
      name = fmt::format("{}{}", wanted, i);
    return name;
  }

  // --- meaning ---

  /// The lets and the result, one of them a step.
  std::string meaning() {
    std::string lets;
    std::vector<ExprPtr> results;
    std::size_t lane = 0;
    for (std::size_t s = 0; s < candidate_.steps.size(); ++s) {
      const Instruction& step = *candidate_.steps[s];
      std::map<std::string, ExprPtr> names;
      for (std::size_t o = 0; o < step.operands.size(); ++o) {
        const int from = candidate_.from[s][o];
        if (from == Candidate::kLane)
          names[step.operands[o].name] = lane_values_[lane++];
        else if (step.operands[o].kind == OperandKind::Stream && from < 0)
          names[step.operands[o].name] = node(ExprKind::Name, sources_[-1 - from].name);
        else if (step.operands[o].kind == OperandKind::Stream &&
                 step.operands[o].access == Access::Read)
          names[step.operands[o].name] = results[from];
      }
      const std::string name = fmt::format("t{}", s + 1);
      Renaming rename(names, name + "_");
      for (const ExprPtr& let : step.lets)
        lets +=
            fmt::format("        {}_{}: \"{}\"\n", name, let->text, print(*rename(let->args[0])));
      const ExprPtr result = rename(step.result);
      if (s + 1 == candidate_.steps.size())
        return fmt::format("      let:\n{}      result: \"{}\"\n", lets, print(*result));
      lets += fmt::format("        {}: \"{}\"\n", name, print(*result));
      auto let = node(ExprKind::Let, name);
      let->args.push_back(result);
      results.push_back(let);
    }
    return {};
  }

  // --- timing: the pace rule of TIMING.md, section 5 ---

  void set_timing() {
    const Machine& machine = spec_.machine;
    const int last = beats(machine, *candidate_.steps.back(), result_);
    int pace = std::max(passes(machine), last);
    for (const Named& source : sources_)
      pace = std::max(pace, beats(machine, *owner_of(source.like), *source.like));
    built_.pace = pace;
    built_.more = last - 1;
  }

  static std::string sum(const std::string& text, int64_t more) {
    return more == 0 ? text : fmt::format("{} {} {}", text, more > 0 ? "+" : "-", std::abs(more));
  }

  std::string timing() const {
    const int64_t pace = built_.pace;
    const std::string steps = sources_.front().name + ".steps";
    const std::string all = pace == 1 ? steps : fmt::format("{} * {}", pace, steps);
    std::string uses;
    for (const Named& source : sources_)
      uses += fmt::format("        - {{stream: {}, port: read, start: \"0\", cycles: \"{}\"}}\n",
                          source.name, all);
    uses += fmt::format("        - {{stream: dst, port: write, start: \"{}\", cycles: \"{}\"}}\n",
                        sum("vector.pipeline", pace - 1), sum(all, built_.more + 1 - pace));
    return fmt::format("      occupancy: \"{}\"\n      latency: \"{}\"\n      uses:\n{}",
                       sum(all, built_.more), sum("vector.pipeline + " + all, built_.more), uses);
  }

  // --- encoding ---

  std::optional<uint32_t> free_opcode() const {
    const Format& like = spec_.formats[candidate_.steps.front()->format];
    uint32_t opcode = candidate_.steps.front()->opcode;
    for (int skip = number_ + 1; skip > 0; --skip)
      while (spec_.find_opcode(++opcode)) {
      }
    const int bits = like.find("opcode")->bits();
    return bits >= 32 || opcode >> bits == 0 ? std::optional(opcode) : std::nullopt;
  }

  /// Fields one after the other, as wide as those of the operands that they stand for.
  std::optional<std::string> make_format() const {
    const Instruction& first = *candidate_.steps.front();
    const Format& like = spec_.formats[first.format];
    std::string text = fmt::format("  {}:\n    bits: {}\n    fields:\n", mnemonic_, like.bits);
    int next = 0;
    for (const char* name : {"opcode", "wait", "post"}) {
      const Field& field = *like.find(name);
      text += fmt::format("      {}: {}:{}\n", name, field.high, field.low);
      next = std::max(next, field.high + 1);
    }
    const auto take = [&](int bits) {
      next += bits;
      return fmt::format("{}:{}", next - 1, next - bits);
    };
    const auto stream = [&](const std::string& name, const Operand& operand,
                            const Instruction& owner) {
      const auto& fields = spec_.formats[owner.format].fields;
      const std::string offset = take(fields[operand.offset].bits());
      const std::string base = take(fields[operand.base].bits());
      const std::string generator = take(fields[operand.generator].bits());
      text += fmt::format("      {}: {{offset: {}, base: {}, generator: {}}}\n", name, offset, base,
                          generator);
    };
    for (const Named& source : sources_)
      stream(source.name, *source.like, *owner_of(source.like));
    stream("dst", result_, *candidate_.steps.back());
    for (const Named& lane : lanes_) {
      const auto& fields = spec_.formats[owner_of(lane.like)->format].fields;
      text += fmt::format("      {}: {}\n", lane.name, take(fields[lane.like->field].bits()));
    }
    return next <= like.bits ? std::optional(text) : std::nullopt;
  }

  const Instruction* owner_of(const Operand* operand) const {
    for (const Instruction* step : candidate_.steps)
      if (operand >= step->operands.data() &&
          operand < step->operands.data() + step->operands.size())
        return step;
    return candidate_.steps.front();
  }

  // --- text ---

  static std::string stream_text(const std::string& name, const Operand& like) {
    return fmt::format("      {}: {{kind: stream, space: {}, access: {}, type: {}}}\n", name,
                       isa::name(like.space), isa::name(like.access), isa::name(like.type));
  }

  std::string make_instruction(uint32_t opcode) {
    std::string syntax = "{dst}", operands = stream_text("dst", result_);
    for (const Named& source : sources_) {
      syntax += fmt::format(", {{{}}}", source.name);
      operands += stream_text(source.name, *source.like);
    }
    for (const Named& lane : lanes_) {
      syntax += fmt::format(", {0}={{{0}}}", lane.name);
      const std::string type =
          lane.like->type == Type::I32 ? "" : fmt::format(", type: {}", isa::name(lane.like->type));
      operands += fmt::format("      {}: {{kind: lane, access: read{}}}\n", lane.name, type);
    }
    std::vector<std::string> steps;
    for (const Instruction* step : candidate_.steps)
      steps.push_back(step->mnemonic);
    return fmt::format(
        "  {0}:\n    unit: {1}\n    format: {0}\n    opcode: {2:#04x}\n"
        "    syntax: \"{3}\"\n    operands:\n{4}    semantics:\n      action: map\n{5}"
        "    timing:\n{6}    prose: >\n      {7} in one pass.{8}\n",
        mnemonic_, isa::name(candidate_.steps.front()->unit), opcode, syntax, operands, meaning(),
        timing(), fmt::join(steps, ", "),
        sources_.size() > 1 ? " The two sources lie in different banks." : "");
  }

  const Spec& spec_;
  const Candidate& candidate_;
  const std::string mnemonic_;
  const int number_;
  const Operand& result_;
  Built built_{};
  std::set<std::string> used_;
  std::vector<Named> sources_, lanes_;
  std::vector<ExprPtr> lane_values_; ///< parallel to candidate.lanes
};

} // namespace

std::optional<Built> build(const Spec& spec, const Candidate& candidate,
                           const std::string& mnemonic, int number) {
  return Builder(spec, candidate, mnemonic, number).build();
}

} // namespace npuforge::isa
