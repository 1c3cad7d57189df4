#pragma once
// The text of a program under construction and what its scalar registers and generators hold at
// this point.

#include <array>
#include <optional>
#include <random>
#include <vector>

#include "npuforge/isa/spec.h"
#include "npuforge/isa/word.h"

namespace npuforge::random_programs {

class Random {
public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[between(0, std::ssize(items) - 1)];
  }

private:
  std::mt19937_64 engine_;
};

struct Level {
  int64_t count = 1, stride = 0, low = 0, high = 1;
  bool operator==(const Level&) const = default;
};
using Levels = std::vector<Level>;
int64_t steps(const Levels& levels);

class Emitter {
public:
  Emitter(const isa::Spec& spec, Random& random);

  /// Appends; masks are filled in later. Returns the position.
  size_t emit(isa::Decoded decoded);
  /// Takes back the last one emitted.
  void drop_last() { text_.pop_back(), masks_.pop_back(); }
  size_t position() const { return text_.size(); }
  isa::Decoded& at(size_t position) { return text_[position]; }
  std::vector<std::array<uint32_t, 2>>& masks() { return masks_; }

  /// A random instruction of this action; null if the spec has none.
  const isa::Instruction* choose(isa::Action action);
  isa::Decoded blank(const isa::Instruction& instruction) const;

  /// Loads a constant into a register (never r0).
  void load_constant(int reg, int32_t value);
  /// Takes one from a register.
  void decrement(int reg);
  /// What a register holds, if that is known.
  std::optional<int32_t> value(int reg) const { return reg == 0 ? 0 : known_[reg]; }
  /// Fills a `value` or a stream's base so that offset + register is `value`; may load a register
  /// first.
  void set_value(isa::Decoded& decoded, int operand, int64_t value);
  /// Sets a generator to these levels, the instructions emitted as needed, and returns its number.
  int generator(const Levels& levels, uint64_t in_use);
  /// A register whose value is not known from here on.
  int clobber() {
    const int reg = free_register();
    known_[reg].reset();
    return reg;
  }
  /// A random computation on registers whose values nobody needs.
  void random_computation();
  /// Registers and generators may hold anything from here on (a loop's body starts).
  void forget();

  int random_register() {
    return static_cast<int>(random_.between(1, spec_.machine.sequencer.registers - 1));
  }
  /// The register is not changed by anything emitted until released.
  void reserve(int reg) { reserved_ |= uint64_t{1} << reg, known_[reg].reset(); }
  void release(int reg) {
    reserved_ &= ~(uint64_t{1} << reg);
    known_[reg].reset();
  }

  /// What registers and generators hold, to go back to after code that is jumped over.
  struct State {
    std::vector<std::optional<int32_t>> known;
    std::vector<std::optional<Levels>> generators;
  };
  State state() const { return {known_, generators_}; }
  void restore(State state) {
    known_ = std::move(state.known), generators_ = std::move(state.generators);
  }

  /// Loads the number of the core, which this one has.
  void load_core_number(int reg, int core);

  /// Words and masks together, for a text that begins at instruction `origin` of the program.
  std::vector<isa::Word> encode(size_t origin = 0) const;

private:
  void set_level(int generator, int level, const Level& value, bool keep);
  int free_register();
  void add_constant(int target, int source, int32_t value);

  const isa::Spec& spec_;
  Random& random_;
  std::vector<isa::Decoded> text_;
  std::vector<std::array<uint32_t, 2>> masks_;
  std::vector<std::optional<int32_t>> known_;
  std::vector<std::optional<Levels>> generators_;
  uint64_t reserved_ = 1; // r0
};

} // namespace npuforge::random_programs
