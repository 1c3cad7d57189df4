#pragma once
// A program as the tools hold it, and its file: ELF with text, constants, a bss-like activation
// area, symbols, and the sections .npu.machine (spec name and hash), .npu.io (network inputs and
// outputs, the network's least cycles, where it stops) and .npu.layers (instruction ranges).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"
#include "npuforge/isa/word.h"

namespace npuforge::assembler {

/// A stretch of DRAM. `size` may exceed `bytes.size()`: the rest is zero.
struct Segment {
  std::string name;     ///< ".data", ".bss" (which has no bytes), ...; unique
  uint64_t address = 0; ///< in DRAM, bytes
  uint64_t size = 0;
  std::vector<std::byte> bytes;
  bool operator==(const Segment&) const = default;
};

struct Symbol {
  std::string name;   ///< unique in a program
  uint64_t value = 0; ///< DRAM address (data) or instruction index (label)
  bool is_label = false;
  bool operator==(const Symbol&) const = default;
};

/// Affine quantisation: real = scale * (q - zero_point). On the device u8 is held as i8 less 128.
struct Quantisation {
  double scale = 1;
  int zero_point = 0;
  std::string type; ///< "i8" or "u8": the network's type; "f32": f32 on the device too, not
                    ///< quantised; empty for words
  bool operator==(const Quantisation&) const = default;
};

/// One input or output of the network and where it lies in DRAM.
/// Of dimension `dim` only the first elements count: as many as the output `extent`, one integer,
/// says after a run.
struct BoundedDim {
  int64_t dim = 0;
  std::string extent;
  bool operator==(const BoundedDim&) const = default;
};

struct Port {
  std::string name;
  std::string type;           ///< network type: "f32", "i8", "u8"; of words any of is_word_type
  std::vector<int64_t> shape; ///< network shape
  /// "plain": row-major; "blocked": [ceil(C/cols)][H][W][cols] of an N=1 CHW tensor; "words":
  /// row-major, each element an f32 or an i32, padded to a whole row of 4*cols bytes.
  std::string layout;
  uint64_t address = 0, bytes = 0;
  Quantisation quantisation; ///< between the network's f32 and the device's i8
  std::optional<BoundedDim>
      bounded; ///< an output's, of layout words; `shape` has its most elements
  bool operator==(const Port&) const = default;
};

/// Instructions [first, last) belong to `layer`, an ONNX node's name.
struct LayerRange {
  std::string layer;
  uint32_t first = 0, last = 0;
  bool operator==(const LayerRange&) const = default;
};

/// Instruction `at` ends the program before its last one: a network that cannot go on, and why; or,
/// where it `resumes`, until the host lets it go on behind the instruction.
struct Stop {
  uint32_t at = 0;
  std::string reason;
  bool resumes = false;
  bool operator==(const Stop&) const = default;
};

/// The least cycles that a network takes of one resource of the machine, whatever its schedule.
struct ResourceBound {
  std::string resource; ///< "array", "dram", "vector"
  uint64_t cycles = 0;
  bool operator==(const ResourceBound&) const = default;
};

struct Program {
  std::string machine_name, spec_hash;
  uint64_t text_address = 0; ///< DRAM address of instruction 0; aligned to the cache line
  std::vector<isa::Word> text;
  std::vector<Segment> segments; ///< data, sorted by address; no overlaps, none with the text
  std::vector<Symbol> symbols;   ///< labels, then data; each sorted by value, then name
  std::vector<Port> inputs, outputs;
  std::vector<ResourceBound> bounds; ///< empty where nobody computed any
  std::vector<Stop> stops;           ///< sorted by at, one for an instruction
  std::vector<LayerRange> layers; ///< sorted by first; gaps and empty ranges allowed, no overlaps
  bool operator==(const Program&) const = default;
};

/// What is wrong with a program file or its text; what() is one line per problem with file and
/// position.
class ProgramError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Puts segments, symbols and layers into the order that Program states; all functions here return
/// programs in that order.
void sort(Program& program);
/// What is wrong with a program for this machine, one line each: addresses outside DRAM, overlaps,
/// names used twice, ... The hash is not looked at. Empty: write_program takes it.
std::vector<std::string> problems(const Program& program, const isa::Spec& spec);
/// Can words hold a network's tensor of this type ("f32", "f64", "f16", "bf16", "bool", "i8" to
/// "i64", "u8" to "u64")?
bool is_word_type(const std::string& type);
/// Are words of this type f32 on the device (else i32)?
bool is_float_type(const std::string& type);
/// A line for the user for each input and output that the device computes in another type: f64.
std::vector<std::string> type_notes(const Program& program);
/// Bytes of one element of a port on the device.
int element_bytes(const Port& port);
/// Bytes that a port's elements take on the device, channels padded to whole rows of a byte a
/// channel when blocked, elements to whole rows of 4*cols bytes when words.
uint64_t port_bytes(const Port& port, const isa::Spec& spec);

/// Writes the ELF file. The program need not be sorted; a large one is better moved than copied.
/// Throws ProgramError, isa::FileError.
void write_program(Program program, const isa::Spec& spec, const std::filesystem::path& file);
/// Reads it and checks that it was built for this spec. Throws ProgramError, isa::FileError.
Program read_program(const std::filesystem::path& file, const isa::Spec& spec);
/// The machine's name in the file, to find its spec before reading the rest. Throws ProgramError,
/// isa::FileError.
std::string read_machine_name(const std::filesystem::path& file);

} // namespace npuforge::assembler
