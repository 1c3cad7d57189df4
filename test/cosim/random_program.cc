#include "random_program.h"

#include <algorithm>
#include <bit>
#include <optional>

#include <fmt/format.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/pace.h"

#include "emitter.h"
#include "ordering.h"
#include "placer.h"

namespace npuforge::random_programs {
namespace {

using isa::Access;
using isa::Action;
using isa::Decoded;
using isa::Instruction;
using isa::Machine;
using isa::Operand;
using isa::OperandKind;
using isa::Space;

class Builder {
public:
  Builder(const isa::Spec& spec, const Settings& settings)
      : spec_(spec), m_(spec.machine), settings_(settings), random_(settings.seed),
        emit_(spec, random_), ordering_(m_.token_max),
        placer_(m_, random_, {m_.dram.bytes / 2, std::min<int64_t>(m_.dram.bytes / 4, 16384)}) {}

  assembler::Program build();

private:
  // Structure.
  void segment(int length, bool in_loop);
  void counted_loop();
  void branch_loop();
  void forward_branch();
  void barrier();
  void sequencer_token();
  void drain_sets();
  void fill_memories();
  bool one_instruction();

  // One unit's instruction by action; nothing is emitted (but generator set-up) when it returns
  // false.
  bool dma(Action action);
  bool preload();
  bool multiply();
  bool load_lanes();
  bool set_lanes();
  bool map_or_reduce(Action action);
  /// Bytes of a row of the stream; rows in the accumulator.
  int64_t row_width(const Instruction& instruction, int stream) const {
    const Operand& operand = instruction.operands[stream];
    return operand.space == Space::Accumulator
               ? 1
               : int64_t{isa::beats(m_, instruction, operand)} * m_.row_bytes();
  }
  bool add(Decoded decoded, const std::vector<random_programs::Access>& accesses);

  void use(Decoded& decoded, const std::vector<std::pair<int, Placed>>& streams);

  const isa::Spec& spec_;
  const Machine& m_;
  Settings settings_;
  Random random_;
  Emitter emit_;
  Ordering ordering_;
  Placer placer_;
  int loaded_sets_ = 0;
  int depth_ = 0;
};

// --- instructions
// ----------------------------------------------------------------------------------------------------

void Builder::use(Decoded& decoded, const std::vector<std::pair<int, Placed>>& streams) {
  uint64_t in_use = 0;
  for (const auto& [index, placed] : streams) {
    decoded.operands[index].generator = emit_.generator(placed.levels, in_use);
    in_use |= uint64_t{1} << decoded.operands[index].generator;
  }
  for (const auto& [index, placed] : streams) {
    const Operand& operand = decoded.instruction->operands[index];
    emit_.set_value(decoded, index,
                    placed.base + (operand.space == Space::Dram ? placer_.data().first : 0));
  }
}

bool Builder::add(Decoded decoded, const std::vector<random_programs::Access>& accesses) {
  const isa::Unit unit = decoded.instruction->unit;
  const int extra =
      random_.chance(15) ? static_cast<int>(random_.between(1, isa::kUnitCount - 1)) : 0;
  const size_t position = emit_.emit(std::move(decoded));
  if (ordering_.add(unit, position, accesses, extra, emit_.masks()))
    return true;
  emit_.drop_last();
  return false;
}

bool Builder::dma(Action action) {
  const Instruction* instruction = emit_.choose(action);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int pad = instruction->index_of("pad"), dram = instruction->index_of("dram"),
            bytes = instruction->index_of("bytes");
  const int64_t n = random_.chance(30) ? random_.between(1, 4) * m_.row_bytes()
                                       : random_.between(1, 6 * m_.row_bytes());
  const int64_t runs = random_.chance(40) ? 1 : random_.between(1, 12);
  auto at = [&](int index) {
    const int64_t align = random_.chance(50) ? m_.row_bytes() : 1;
    return placer_.place(instruction->operands[index], runs, n, align, 0);
  };
  const auto pad_stream = at(pad), dram_stream = at(dram);
  if (!pad_stream || !dram_stream)
    return false;
  use(decoded, {{pad, *pad_stream}, {dram, *dram_stream}});
  emit_.set_value(decoded, bytes, n);
  return add(std::move(decoded), {placer_.access(instruction->operands[pad], *pad_stream),
                                  placer_.access(instruction->operands[dram], *dram_stream)});
}

bool Builder::preload() {
  if (loaded_sets_ >= m_.array.weight_sets - 1)
    return false;
  const Instruction* instruction = emit_.choose(Action::Preload);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int src = instruction->index_of("src");
  const auto stream =
      placer_.place(instruction->operands[src],
                    random_.chance(60) ? m_.array.rows : random_.between(1, m_.array.rows),
                    m_.row_bytes(), placer_.unit_of(instruction->operands[src]), 0);
  if (!stream)
    return false;
  use(decoded, {{src, *stream}});
  if (!add(std::move(decoded), {placer_.access(instruction->operands[src], *stream)}))
    return false;
  ++loaded_sets_;
  return true;
}

bool Builder::multiply() {
  const Instruction* instruction = emit_.choose(Action::Multiply);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int src = instruction->index_of("src"), dst = instruction->index_of("dst");
  const int64_t rows = random_.chance(25) ? random_.between(1, 3) : random_.between(1, 40);
  const auto s = placer_.place(instruction->operands[src], rows, row_width(*instruction, src),
                               random_.chance(50) ? m_.row_bytes() : 1, 0);
  const auto d = placer_.place(instruction->operands[dst], rows, 1, 1, 0);
  if (!s || !d)
    return false;
  use(decoded, {{src, *s}, {dst, *d}});
  emit_.set_value(decoded, instruction->index_of("fill"), random_.between(-128, 127));
  const bool accumulate = random_.chance(60);
  emit_.set_value(decoded, instruction->index_of("accumulate"), accumulate);
  const bool next = loaded_sets_ > 0 && random_.chance(85);
  decoded.operands[instruction->index_of("next")].value = next;
  auto destination = placer_.access(instruction->operands[dst], *d);
  if (!add(std::move(decoded), {placer_.access(instruction->operands[src], *s), destination}))
    return false;
  loaded_sets_ -= next;
  return true;
}

bool Builder::load_lanes() {
  const Instruction* instruction = emit_.choose(Action::LoadLanes);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int src = instruction->index_of("src"), lane = instruction->index_of("lane");
  const Operand& source = instruction->operands[src];
  const int64_t rows_each =
      4 / isa::beats(m_, *instruction, source); // a register has four bytes a column
  const int64_t registers = random_.between(1, std::min(4, m_.vector.lane_registers));
  const auto stream = placer_.place(source, registers * rows_each, row_width(*instruction, src),
                                    placer_.unit_of(source), 0);
  if (!stream)
    return false;
  use(decoded, {{src, *stream}});
  decoded.operands[lane].value = random_.between(0, m_.vector.lane_registers - registers);
  return add(std::move(decoded), {placer_.access(instruction->operands[src], *stream)});
}

bool Builder::set_lanes() {
  const Instruction* instruction = emit_.choose(Action::SetLanes);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  decoded.operands[instruction->index_of("lane")].value =
      random_.between(0, m_.vector.lane_registers - 1);
  emit_.set_value(decoded, instruction->index_of("value"),
                  random_.chance(70) ? random_.between(-200, 200)
                                     : random_.between(INT32_MIN, INT32_MAX));
  return add(std::move(decoded), {});
}

bool Builder::map_or_reduce(Action action) {
  const Instruction* instruction = emit_.choose(action);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int64_t total = random_.between(1, 36);
  int64_t group = 1;
  std::map<Space, uint64_t> read_banks; // of the sources, which share none
  bool first_read = true;
  std::vector<std::pair<int, Placed>> streams;
  std::vector<random_programs::Access> accesses;
  const auto place_stream = [&](int index, int64_t count, uint64_t avoid) -> const Placed* {
    const Operand& operand = instruction->operands[index];
    const auto placed = placer_.place(operand, count, row_width(*instruction, index),
                                      placer_.unit_of(operand), avoid);
    if (!placed)
      return nullptr;
    streams.emplace_back(index, *placed);
    accesses.push_back(placer_.access(operand, *placed));
    return &streams.back().second;
  };
  for (int i = 0; i < std::ssize(instruction->operands); ++i) {
    const Operand& operand = instruction->operands[i];
    if (operand.kind == OperandKind::Lane)
      decoded.operands[i].value = random_.between(0, m_.vector.lane_registers - 1);
    if (operand.kind == OperandKind::Value)
      emit_.set_value(decoded, i, random_.between(-1000, 1000));
    if (operand.kind != OperandKind::Stream || operand.access != Access::Read)
      continue;
    const Placed* placed = place_stream(i, total, read_banks[operand.space]);
    if (!placed)
      return false;
    read_banks[operand.space] |= placed->banks;
    if (first_read && action == Action::Reduce) {
      const int64_t levels = random_.between(0, m_.sequencer.levels);
      decoded.operands[instruction->levels].value = levels;
      for (int64_t l = 0; l < levels; ++l)
        group *= placed->levels[l].count;
    }
    first_read = false;
  }
  for (int i = 0; i < std::ssize(instruction->operands); ++i) {
    const Operand& operand = instruction->operands[i];
    if (operand.kind != OperandKind::Stream || operand.access != Access::Write)
      continue;
    const auto reads = accesses;
    for (int tries = 0;; ++tries) { // source and destination are disjoint
      if (tries == 20 || !place_stream(i, total / group, 0))
        return false;
      const auto& mine = accesses.back();
      const bool clash = std::any_of(reads.begin(), reads.end(), [&](const auto& a) {
        return a.space == mine.space && a.first <= mine.last && mine.first <= a.last;
      });
      if (!clash)
        break;
      streams.pop_back();
      accesses.pop_back();
    }
  }
  use(decoded, streams);
  return add(std::move(decoded), accesses);
}

bool Builder::one_instruction() {
  switch (random_.between(0, 13)) {
  case 0:
  case 1:
    return dma(Action::CopyIn);
  case 2:
    return dma(Action::CopyOut);
  case 3:
  case 4:
    return preload();
  case 5:
  case 6:
  case 7:
    return multiply();
  case 8:
    return load_lanes();
  case 9:
    return set_lanes();
  case 10:
  case 11:
    return map_or_reduce(Action::Map);
  case 12:
    return map_or_reduce(Action::Reduce);
  default:
    emit_.random_computation();
    return false;
  }
}

// A branch on its first two operands, both registers.
bool compares_registers(const Instruction& branch) {
  return branch.operands.size() == 3 && branch.operands[0].kind == OperandKind::Register &&
         branch.operands[1].kind == OperandKind::Register;
}

// --- structure
// -------------------------------------------------------------------------------------------------------

// Every unit tells the sequencer that its latest instruction is complete.
void Builder::barrier() {
  const uint32_t active = ordering_.active_units();
  for (int u = 1; u < isa::kUnitCount; ++u)
    if (active >> u & 1)
      emit_.masks()[ordering_.last_position(static_cast<isa::Unit>(u))][1] |= 1;
  if (active) {
    Decoded decoded = emit_.blank(*emit_.choose(Action::Nothing));
    decoded.wait = active;
    emit_.emit(std::move(decoded));
  }
  ordering_.barrier();
}

// The sequencer posts to a unit whose next instruction waits for it.
void Builder::sequencer_token() {
  const auto unit = static_cast<isa::Unit>(random_.between(1, isa::kUnitCount - 1));
  if (unit == isa::Unit::Weights)
    return; // it may have no free set for another instruction
  Decoded decoded = emit_.blank(*emit_.choose(Action::Nothing));
  decoded.post = 1u << static_cast<int>(unit);
  emit_.emit(std::move(decoded));
  bool done = false;
  while (!done) {
    switch (unit) {
    case isa::Unit::Load:
      done = dma(Action::CopyIn);
      break;
    case isa::Unit::Store:
      done = dma(Action::CopyOut);
      break;
    case isa::Unit::Matrix:
      done = multiply();
      break;
    default:
      done = set_lanes();
      break;
    }
    if (!done)
      barrier();
  }
  emit_.masks()[emit_.position() - 1][0] |= 1;
}

void Builder::segment(int length, bool in_loop) {
  for (int done = 0, tries = 0; done < length && tries < 20 * length; ++tries) {
    if (!in_loop && random_.chance(4))
      counted_loop();
    else if (!in_loop && random_.chance(3))
      branch_loop();
    else if (random_.chance(4))
      forward_branch();
    else if (random_.chance(3))
      barrier();
    else if (random_.chance(3))
      sequencer_token();
    else
      done += one_instruction();
  }
  if (in_loop)
    drain_sets();
}

void Builder::drain_sets() {
  for (int tries = 1; loaded_sets_ > 0; ++tries) {
    multiply();
    if (tries % 10 == 0)
      barrier(); // frees all tokens
  }
}

void Builder::counted_loop() {
  const Instruction* instruction = emit_.choose(Action::Loop);
  if (!instruction || depth_ >= m_.sequencer.loop_depth)
    return;
  drain_sets();
  barrier();
  Decoded decoded = emit_.blank(*instruction);
  const int64_t count = random_.chance(10) ? 0 : random_.between(1, 4);
  emit_.set_value(decoded, instruction->index_of("count"), count);
  const auto entered = emit_.state();
  const size_t position = emit_.emit(std::move(decoded));
  emit_.forget();
  ++depth_;
  segment(static_cast<int>(random_.between(2, 8)), true);
  if (depth_ < m_.sequencer.loop_depth && random_.chance(30))
    counted_loop();
  barrier();
  --depth_;
  emit_.at(position).operands[instruction->index_of("target")].value =
      static_cast<int64_t>(emit_.position());
  if (count == 0)
    emit_.restore(entered);
}

// A loop by a branch: a counter falls to zero; the branch is any whose condition can tell the last
// turn from the others.
void Builder::branch_loop() {
  const Instruction* branch = emit_.choose(Action::Branch);
  if (!branch || !compares_registers(*branch))
    return;
  drain_sets();
  barrier();
  const int counter = emit_.random_register();
  const int turns = static_cast<int>(random_.between(1, 4));
  emit_.load_constant(counter, turns);
  emit_.forget();
  emit_.reserve(counter);
  const auto head = static_cast<int64_t>(emit_.position());
  segment(static_cast<int>(random_.between(2, 6)), true);
  barrier();
  const auto condition = [&](int64_t left, int64_t right) {
    const auto& names = branch->operands;
    return isa::evaluate(*branch->condition, [&](std::string_view name) {
             return name == names[0].name ? left : right;
           }) != 0;
  };
  bool counter_left = true, fits = false;
  for (bool left : {true, false}) {
    bool good = !condition(0, 0);
    for (int i = 1; i <= turns; ++i)
      good = good && (left ? condition(i, 0) : condition(0, i));
    if (good)
      counter_left = left, fits = true;
  }
  emit_.decrement(counter);
  if (fits) {
    Decoded decoded = emit_.blank(*branch);
    decoded.operands[counter_left ? 0 : 1].value = counter;
    decoded.operands[branch->index_of("target")].value = head;
    emit_.emit(std::move(decoded));
  }
  emit_.release(counter);
}

void Builder::forward_branch() {
  const Instruction* branch = emit_.choose(Action::Branch);
  if (!branch || !compares_registers(*branch))
    return;
  const int a = emit_.random_register(), b = random_.chance(30) ? a : emit_.random_register();
  const auto left = emit_.value(a), right = emit_.value(b);
  if (!left || !right)
    return;
  const bool taken = isa::evaluate(*branch->condition, [&](std::string_view name) {
                       return name == branch->operands[0].name ? *left : *right;
                     }) != 0;
  Decoded decoded = emit_.blank(*branch);
  decoded.operands[0].value = a;
  decoded.operands[1].value = b;
  const size_t position = emit_.emit(std::move(decoded));
  const auto state = emit_.state();
  const int64_t skipped = random_.between(0, 40);
  for (int64_t i = 0; i < skipped; ++i)
    emit_.random_computation();
  if (taken)
    emit_.restore(state);
  emit_.at(position).operands[branch->index_of("target")].value =
      static_cast<int64_t>(emit_.position());
}

// Random bytes everywhere in the scratchpad, so that results tell instructions apart.
void Builder::fill_memories() {
  const Instruction* instruction = emit_.choose(Action::CopyIn);
  const int pad = instruction->index_of("pad"), dram = instruction->index_of("dram"),
            bytes = instruction->index_of("bytes");
  const int64_t chunk = std::min<int64_t>(placer_.data().bytes, m_.scratchpad.bytes);
  for (int64_t at = 0; at + chunk <= m_.scratchpad.bytes; at += chunk) {
    Decoded decoded = emit_.blank(*instruction);
    Placed p, d;
    p.levels = d.levels = Levels(m_.sequencer.levels);
    p.base = p.first = at;
    p.last = at + chunk - 1;
    d.base = d.first = 0;
    d.last = chunk - 1;
    use(decoded, {{pad, p}, {dram, d}});
    emit_.set_value(decoded, bytes, chunk);
    add(std::move(decoded), {placer_.access(instruction->operands[pad], p),
                             placer_.access(instruction->operands[dram], d)});
  }
}

assembler::Program Builder::build() {
  assembler::Program program;
  program.machine_name = m_.name;
  program.spec_hash = spec_.hash;
  program.text_address = 0;
  fill_memories();
  segment(settings_.length, false);
  if (random_.chance(50))
    barrier();
  emit_.emit(emit_.blank(*emit_.choose(Action::Halt)));
  program.text = emit_.encode();
  assembler::Segment data{".data",
                          static_cast<uint64_t>(placer_.data().first),
                          static_cast<uint64_t>(placer_.data().bytes),
                          {}};
  data.bytes.resize(placer_.data().bytes);
  for (std::byte& byte : data.bytes)
    byte = static_cast<std::byte>(random_.between(0, 255));
  program.segments.push_back(std::move(data));
  return program;
}

} // namespace

assembler::Program random_program(const isa::Spec& spec, const Settings& settings) {
  return Builder(spec, settings).build();
}

} // namespace npuforge::random_programs
