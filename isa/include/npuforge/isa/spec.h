#pragma once
// A whole spec in memory: machine, formats, instructions. Read it with load_spec; nothing else
// knows the YAML.

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/isa/expression.h"
#include "npuforge/isa/machine.h"

namespace npuforge::isa {

/// One field of an encoding: bits [high:low] of the word. Parts of an operand are named
/// "src.offset", "src.base", "src.generator".
struct Field {
  std::string name;
  int high, low;
  int bits() const { return high - low + 1; }
};

struct Format {
  std::string name;
  int bits;
  std::vector<Field> fields;
  const Field* find(std::string_view field) const; ///< null if there is none
};

enum class OperandKind : uint8_t {
  Register,
  Value,
  Immediate,
  Flag,
  Target,
  Generator,
  Level,
  Stream,
  Lane
};
enum class Space : uint8_t { Scratchpad, Accumulator, Dram };
enum class Access : uint8_t { Read, Write };
// The one name of each, as in YAML.
const char* name(OperandKind kind);
const char* name(Space space);
const char* name(Access access);

struct Operand {
  std::string name;
  OperandKind kind;
  Access access = Access::Read;
  bool is_signed = true; ///< of the number in the word: value and immediate as the spec says, a
                         ///< stream's offset always
  Type type = Type::I32; ///< as expressions see it: of a stream's elements, a lane register's
                         ///< lanes, a value's 32 bits; a flag is bool, the others are i32
  // Streams only:
  Space space = Space::Scratchpad;
  bool byte_aligned = false; ///< `align: 1`
  std::string fill; ///< operand that gives rows outside the window their value; empty: no window
  // Indices into Format::fields; -1 where the kind has no such part. Kinds of one field use
  // `field`.
  int field = -1, offset = -1, base = -1, generator = -1;
};

enum class Action : uint8_t {
  Compute,
  Branch,
  Loop,
  Nothing,
  Halt,
  SetLevel,
  LoadScalar,
  StoreScalar, // sequencer
  CopyIn,
  CopyOut, // load, store
  Preload,
  Multiply, // weights, matrix
  LoadLanes,
  SetLanes,
  Map,
  Reduce,     // vector
  CoreNumber, // sequencer
  Signal,
  Await,     // load, store
  CopyAcross // store
};
inline constexpr int kActionCount = 20;
/// Whether it copies runs of bytes, as DMA does.
inline constexpr bool is_copy(Action action) {
  return action == Action::CopyIn || action == Action::CopyOut || action == Action::CopyAcross;
}
const char* name(Action action);

/// A bank port held by an instruction: cycles [issue + start, issue + start + cycles).
struct PortUse {
  int stream; ///< index of the operand
  Access port;
  ExprPtr start, cycles;
  int when = -1; ///< operand that must be non-zero for the use to count; -1: always
};

struct Timing {
  bool dynamic = false; ///< load and store: the rules of TIMING.md section 6
  ExprPtr occupancy, latency;
  std::vector<PortUse> uses;
};

struct Instruction {
  std::string mnemonic;
  Unit unit;
  int format; ///< index into Spec::formats
  uint32_t opcode;
  std::string syntax; ///< template: literal text and {operand}
  std::vector<Operand> operands;
  Action action;
  ExprPtr condition;          ///< Branch
  ExprPtr init, step, result; ///< Compute and Map: result; Reduce: all three, over `state`
  std::vector<ExprPtr> lets;  ///< Let nodes, in the order of the spec; the expressions share them
  Type state = Type::I32;     ///< Reduce: of `state`, init and step
  int levels = -1; ///< Reduce: operand that gives the number of generator levels in a group
  Timing timing;
  std::string prose;
  int line = 0;

  const Operand* find(std::string_view operand) const;
  int index_of(std::string_view operand) const; ///< -1 if there is none
};

struct Spec {
  std::string source; ///< path it was read from
  std::string hash; ///< SHA-256 (hex) of what the spec means to a program: a canonical text without
                    ///< prose and comments
  Machine machine;
  std::vector<Format> formats;
  std::vector<TablePtr> tables;
  std::vector<FunctionPtr> functions; ///< a function stands behind those that it calls
  std::vector<Instruction> instructions;

  int word_bytes() const; ///< all formats of a spec have the same width
  const Instruction* find(std::string_view mnemonic) const; ///< null if there is none
  const Instruction* find_opcode(uint32_t opcode) const;    ///< null if there is none
  bool has(Action action) const;                            ///< whether an instruction does it
};

/// One problem of a spec.
struct Diagnostic {
  std::string file;
  int line, column; ///< 1-based; line 0: the whole file
  std::string message;
};
std::string to_string(const Diagnostic& diagnostic); ///< "file:line:column: error: message"

/// All problems of a spec at once; what() has one line each.
class SpecError : public std::runtime_error {
public:
  explicit SpecError(std::vector<Diagnostic> diagnostics);
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

private:
  std::vector<Diagnostic> diagnostics_;
};

/// Reads and checks a spec. Throws SpecError.
Spec load_spec(const std::filesystem::path& file);
Spec parse_spec(const std::string& text, const std::string& file_name);

/// "edge16" -> the reference machine of that name; a path stays a path. Throws SpecError naming the
/// machines there are.
std::filesystem::path find_machine(const std::string& name_or_path);

} // namespace npuforge::isa
