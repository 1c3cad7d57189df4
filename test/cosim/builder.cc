// The structure of a random program: loops, branches, barriers, tokens.
#include "builder.h"

#include "npuforge/isa/evaluate.h"

#include "many_cores.h"

namespace npuforge::random_programs {

using isa::Action;
using isa::Decoded;
using isa::Instruction;
using isa::OperandKind;

/// The bits of a number between 2^-8 and 2^8, or, one time in 16, of any.
uint64_t near_one(Random& random, isa::Type type) {
  const int width = isa::bits_of(type);
  const int exponent_bits = type == isa::Type::F16 ? 5 : 8, fraction = width - 1 - exponent_bits;
  const auto bits = static_cast<uint64_t>(random.between(0, (int64_t{1} << width) - 1));
  if (random.between(0, 15) == 0)
    return bits;
  const int64_t exponent = (1 << (exponent_bits - 1)) - 1 + random.between(-8, 8);
  const uint64_t kept = (uint64_t{1} << (width - 1)) | ((uint64_t{1} << fraction) - 1);
  return (bits & kept) | static_cast<uint64_t>(exponent) << fraction;
}

bool Builder::one_instruction() {
  switch (random_.between(0, emit_.choose(Action::LoadScalar) ? 14 : 13)) {
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
  case 14:
    return scalar_access();
  default:
    emit_.random_computation();
    return false;
  }
}

bool compares_registers(const Instruction& branch) {
  return branch.operands.size() == 3 && branch.operands[0].kind == OperandKind::Register &&
         branch.operands[1].kind == OperandKind::Register;
}

// Every unit tells the sequencer that its latest instruction is complete.
void Builder::barrier() {
  uint32_t active = ordering_.active_units();
  for (int u = 1; u < isa::kUnitCount; ++u) {
    if (!(active >> u & 1))
      continue;
    uint32_t& posts = emit_.masks()[ordering_.last_position(static_cast<isa::Unit>(u))][1];
    if (posts & 1)
      active &= ~(1u << u); // an access has taken its token
    posts |= 1;
  }
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
  if (unit == isa::Unit::Matrix && loaded_sets_.empty() && active_types_.empty())
    return; // it has no weights
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
  for (int tries = 1; !loaded_sets_.empty(); ++tries) {
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
  active_types_.clear();
  ++depth_;
  segment(static_cast<int>(random_.between(2, 8)), true);
  if (depth_ < m_.sequencer.loop_depth && random_.chance(30))
    counted_loop();
  barrier();
  --depth_;
  emit_.at(position).operands[instruction->index_of("target")].value =
      static_cast<int64_t>(emit_.position());
  if (count == 0) {
    emit_.restore(entered);
    active_types_.clear();
  }
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
  active_types_.clear();
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

// Bytes at random; for an array that multiplies floats, also stretches of numbers whose sums round.
void Builder::fill_data(std::vector<std::byte>& bytes) {
  const auto put = [&](size_t at, uint64_t value, int count) {
    for (int k = 0; k < count && at + k < bytes.size(); ++k)
      bytes[at + k] = static_cast<std::byte>(value >> (8 * k));
  };
  for (size_t at = 0; at < bytes.size(); at += 64) {
    const isa::Type type = random_.pick(m_.array.types);
    const bool number = isa::is_float(type) && random_.chance(80);
    const int size = number ? isa::bytes_of(type) : 1;
    for (size_t k = 0; k < 64; k += size)
      put(at + k, number ? near_one(random_, type) : random_.between(0, 255), size);
  }
}

assembler::Segment Builder::data() {
  const DataRegion region = data_region(m_);
  assembler::Segment data{
      ".data", static_cast<uint64_t>(region.first), static_cast<uint64_t>(region.bytes), {}};
  data.bytes.resize(region.bytes);
  fill_data(data.bytes);
  return data;
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
  halt();
  program.text = emit_.encode();
  program.segments.push_back(data());
  return program;
}

assembler::Program random_program(const isa::Spec& spec, const Settings& settings) {
  return spec.machine.cores > 1 ? program_of_cores(spec, settings)
                                : Builder(spec, settings).build();
}

} // namespace npuforge::random_programs
