// Instructions of the units, with random operands.
#include <algorithm>
#include <bit>

#include "builder.h"

namespace npuforge::random_programs {

using isa::Action;
using isa::Decoded;
using isa::Instruction;
using isa::Operand;
using isa::OperandKind;
using isa::Space;

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

bool Builder::add(Decoded decoded, const std::vector<Access>& accesses) {
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
  const DataRegion own = placer_.data();
  if (m_.cores > 1 && action == Action::CopyIn && random_.chance(40))
    placer_.set_data(shared_);
  const bool done = dma_in_region(action);
  placer_.set_data(own);
  return done;
}

int64_t Builder::random_run() {
  return random_.chance(30) ? random_.between(1, 4) * m_.row_bytes()
                            : random_.between(1, 6 * m_.row_bytes());
}

// To other cores, into the stretch in which only this one writes.
bool Builder::copy_across() {
  const Instruction* instruction = emit_.choose(Action::CopyAcross);
  if (!instruction || outgoing_.bytes == 0)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int dst = instruction->index_of("dst"), src = instruction->index_of("src");
  const int64_t n = std::min(random_run(), outgoing_.bytes);
  const int64_t runs = random_.chance(40) ? 1 : random_.between(1, 12);
  auto align = [&] { return random_.chance(50) ? m_.row_bytes() : int64_t{1}; };
  Operand stretch = instruction->operands[dst];
  stretch.space = Space::Dram; // of which the placer takes a part
  const DataRegion own = placer_.data();
  placer_.set_data(outgoing_);
  auto to = placer_.place(stretch, runs, n, align(), 0);
  placer_.set_data(own);
  const auto from = placer_.place(instruction->operands[src], runs, n, align(), 0);
  if (!to || !from)
    return false;
  to->base += outgoing_.first;
  use(decoded, {{dst, *to}, {src, *from}});
  emit_.set_value(decoded, instruction->index_of("bytes"), n);
  uint32_t cores = 0;
  while (cores == 0)
    cores = others_ & static_cast<uint32_t>(random_.between(0, (int64_t{1} << m_.cores) - 1));
  emit_.set_value(decoded, instruction->index_of("cores"), cores);
  return add(std::move(decoded), {placer_.access(instruction->operands[src], *from)});
}

void Builder::set_copies(DataRegion all, DataRegion own, uint32_t cores) {
  placer_.close(all);
  outgoing_ = own;
  others_ = cores;
}

bool Builder::dma_in_region(Action action) {
  const Instruction* instruction = emit_.choose(action);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int pad = instruction->index_of("pad"), dram = instruction->index_of("dram"),
            bytes = instruction->index_of("bytes");
  const int64_t n = random_run();
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

void Builder::set_regions(DataRegion own, DataRegion shared) {
  placer_.set_data(own);
  shared_ = shared;
}

// The unit signals behind what it has done.
void Builder::signal(uint32_t cores, int event) {
  const Instruction* instruction = emit_.choose(Action::Signal);
  for (bool done = false; !done;) {
    Decoded decoded = emit_.blank(*instruction);
    emit_.set_value(decoded, instruction->index_of("cores"), cores);
    emit_.set_value(decoded, instruction->index_of("event"), event);
    done = add(std::move(decoded), {});
    if (!done)
      barrier(); // frees all tokens
  }
}

void Builder::await(isa::Unit unit, int event, int count) {
  const Instruction* instruction = emit_.choose(Action::Await);
  while (instruction->unit != unit)
    instruction = emit_.choose(Action::Await);
  for (bool done = false; !done;) {
    Decoded decoded = emit_.blank(*instruction);
    emit_.set_value(decoded, instruction->index_of("event"), event);
    emit_.set_value(decoded, instruction->index_of("count"), count);
    done = add(std::move(decoded), {});
    if (!done)
      barrier();
  }
}

bool Builder::preload() {
  if (std::ssize(loaded_sets_) >= m_.array.weight_sets - 1)
    return false;
  const Instruction* instruction = emit_.choose(Action::Preload);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int src = instruction->index_of("src");
  const auto stream =
      placer_.place(instruction->operands[src],
                    random_.chance(60) ? m_.array.rows : random_.between(1, m_.array.rows),
                    row_width(*instruction, src), placer_.unit_of(instruction->operands[src]), 0);
  if (!stream)
    return false;
  use(decoded, {{src, *stream}});
  if (!add(std::move(decoded), {placer_.access(instruction->operands[src], *stream)}))
    return false;
  loaded_sets_.push_back(instruction->operands[src].type);
  return true;
}

bool Builder::multiply() {
  const Instruction* instruction = emit_.choose(Action::Multiply);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  const int src = instruction->index_of("src"), dst = instruction->index_of("dst");
  const isa::Type type = instruction->operands[src].type;
  const bool may_take = !loaded_sets_.empty() && loaded_sets_.front() == type;
  const bool may_stay = active_types_.contains(type);
  if (!may_take && !may_stay)
    return false;
  const bool next = may_take && (!may_stay || random_.chance(85));
  const int64_t rows = random_.chance(25) ? random_.between(1, 3) : random_.between(1, 40);
  const auto s = placer_.place(instruction->operands[src], rows, row_width(*instruction, src),
                               random_.chance(50) ? m_.row_bytes() : 1, 0);
  const auto d = placer_.place(instruction->operands[dst], rows, 1, 1, 0);
  if (!s || !d)
    return false;
  use(decoded, {{src, *s}, {dst, *d}});
  emit_.set_value(decoded, instruction->index_of("fill"), random_fill(type));
  const bool accumulate = random_.chance(60);
  emit_.set_value(decoded, instruction->index_of("accumulate"), accumulate);
  decoded.operands[instruction->index_of("next")].value = next;
  auto destination = placer_.access(instruction->operands[dst], *d);
  if (!add(std::move(decoded), {placer_.access(instruction->operands[src], *s), destination}))
    return false;
  if (next) {
    active_types_ = {type};
    loaded_sets_.pop_front();
  }
  return true;
}

int64_t Builder::random_fill(isa::Type type) {
  if (!isa::is_float(type))
    return random_.between(-128, 127);
  if (random_.chance(20))
    return random_.between(INT32_MIN, INT32_MAX); // any f32
  return std::bit_cast<int32_t>(static_cast<float>(random_.between(-1000, 1000)) / 64.0F);
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

bool Builder::scalar_access() {
  const Action action = random_.chance(60) ? Action::LoadScalar : Action::StoreScalar;
  const Instruction* instruction = emit_.choose(action);
  if (!instruction)
    return false;
  Decoded decoded = emit_.blank(*instruction);
  int64_t address = 4 * random_.between(0, m_.scratchpad.bytes / 4 - 1);
  while (placer_.is_closed(address, address + 3))
    address = 4 * random_.between(0, m_.scratchpad.bytes / 4 - 1);
  emit_.set_value(decoded, instruction->index_of("address"), address);
  const bool loads = action == Action::LoadScalar;
  if (loads)
    decoded.operands[instruction->index_of("rd")].value = random_.chance(10) ? 0 : emit_.clobber();
  else
    decoded.operands[instruction->index_of("rs")].value = emit_.random_register();
  return add(std::move(decoded), {{isa::Space::Scratchpad, address, address + 3, !loads}});
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
  std::vector<Access> accesses;
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
    if (operand.kind != OperandKind::Stream || operand.access != isa::Access::Read)
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
    if (operand.kind != OperandKind::Stream || operand.access != isa::Access::Write)
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

} // namespace npuforge::random_programs
