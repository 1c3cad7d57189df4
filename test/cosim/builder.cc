// A random program's beginning and end, barriers, tokens.
#include "builder.h"

#include "many_cores.h"

namespace npuforge::random_programs {

using isa::Action;
using isa::Decoded;
using isa::Instruction;

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
  if (others_ != 0 && random_.chance(12))
    return copy_across();
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

void Builder::drain_sets() {
  for (int tries = 1; !loaded_sets_.empty(); ++tries) {
    multiply();
    if (tries % 10 == 0)
      barrier(); // frees all tokens
  }
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
