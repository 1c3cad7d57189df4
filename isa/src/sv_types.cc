// The structs of npu_pkg.sv, in which instructions travel, and how many bits those have that queues
// store: written out, since not every tool that reads the package can measure a type.

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

/// Fields of one width, which is a number, a parameter of the package or a product or sum of them.
struct Fields {
  std::string bits;
  std::vector<const char*> names;
  std::string note = "";
};

struct Struct {
  const char* name;
  const char* comment;
  std::vector<Fields> fields;
  const char* bits_name = ""; ///< the parameter that says how wide it is, where one is needed
};

Struct decoded() {
  return {"decoded_t",
          R"(
  // An instruction as the decoder gives it. Value k is offset_k + register base_k:
  //   0 stream A (read); count; address; cores of a signal
  //   1 stream B (read); bytes, fill, value or register to store; stride; event
  //   2 stream D (written); low         3 accumulate; levels of a group; high; cores of a copy
)",
          {{"1", {"illegal"}},
           {"3", {"unit"}},
           {"ActionBits", {"action"}},
           {"Units", {"wait_mask", "post_mask"}},
           {"32", {"offset0", "offset1", "offset2", "offset3"}},
           {"RegisterBits", {"base0", "base1", "base2", "base3"}},
           {"1", {"write_register"}},
           {"RegisterBits", {"rd"}},
           {"1", {"has_a", "has_b", "has_d"}},
           {"2", {"space_a", "space_b", "space_d"}},
           {"PaceBits", {"pace", "beats_a", "beats_b", "beats_d"}},
           {"2", {"element"}, "of the array"},
           {"signed PaceBits+1", {"lead"}, "of a preload of one row; of each further one"},
           {"PaceBits", {"lead_row"}},
           {"1", {"window_a", "window_b"}},
           {"GeneratorBits", {"generator_a", "generator_b", "generator_d"}},
           {"LevelBits", {"level"}},
           {"1", {"has_window"}},
           {"1", {"flag"}},
           {"32", {"target"}},
           {"ScalarOpBits", {"scalar_op"}},
           {"VectorOpBits", {"vector_op"}},
           {"LaneSlots*LaneBits", {"lanes"}},
           {"LaneBits", {"lane_d", "fill_a", "fill_b"}}}};
}

Struct shape() {
  return {"shape_t",
          R"(
  // What a walker needs of a generator. Level l lies in slice l of each field. delta_l is what the address gains when
  // level l counts on and those below start again.
)",
          {{"Levels*CountBits", {"count"}},
           {"Levels*32", {"delta"}},
           {"Levels*BoundBits", {"low", "high"}}},
          "ShapeBits"};
}

Struct extent() {
  return {"extent_t",
          R"(
  // What the sequencer needs of a generator besides: sums over the levels of low' * stride and of (high' - 1) * stride, the
  // latter with and without the window.
)",
          {{"shape_t", {"shape"}},
           {"StepBits", {"steps"}},
           {"32", {"first", "last", "last_in_window"}},
           {"1", {"empty"}}}};
}

Struct op() {
  return {"op_t",
          R"(
  // What a unit gets at issue. Value b is an address or the scalar of slot 1.
)",
          {{"ActionBits", {"action"}},
           {"Units", {"post"}},
           {"StepBits", {"steps"}, "of a copy to other cores their mask"},
           {"32", {"a", "b", "d"}},
           {"shape_t", {"shape_a", "shape_b", "shape_d"}},
           {"1", {"has_a", "has_b"}},
           {"1", {"acc_a", "acc_b", "acc_d"}},
           {"PaceBits", {"pace", "beats_a", "beats_b", "beats_d"}},
           {"2", {"element"}},
           {"1", {"window_a", "window_b"}},
           {"1", {"accumulate", "next"}},
           {"GroupBits", {"levels"}},
           {"VectorOpBits", {"vector_op"}},
           {"LaneSlots*LaneBits", {"lanes"}},
           {"LaneBits", {"lane_d", "fill_a", "fill_b"}}},
          "OpBits"};
}

Struct ticket() {
  return {"ticket_t",
          R"(
  // What the arbiter looks at while an instruction waits. Claims are ports, by when they are needed first: at issue,
  // when the unit writes, and one cycle before it; each for `cycles`. npu_issue takes the fields apart in this order.
)",
          {{"SequenceBits", {"sequence_number"}},
           {"Units", {"wait_mask", "post_mask"}},
           {"CycleBits", {"cycles"}},
           {"PaceBits", {"pace"}},
           {"CycleBits", {"lead"}, "from issue until the set may be taken"},
           {"Ports", {"claim_read", "claim_write", "claim_before_write"}},
           {"1", {"makes_set", "takes_set"}}},
          "TicketBits"};
}

constexpr std::string_view kSigned = "signed ";

bool is_signed(const Fields& fields) {
  return fields.bits.starts_with(kSigned);
}

/// The width without what else the entry says; that of a struct is its parameter.
std::string width(const Fields& fields) {
  if (fields.bits == "shape_t")
    return "ShapeBits";
  return is_signed(fields) ? fields.bits.substr(kSigned.size()) : fields.bits;
}

/// The number of its highest bit: 31 for 32, W for W+1, W-1 for other W.
std::string highest(const std::string& width) {
  if (width.find_first_not_of("0123456789") == std::string::npos)
    return std::to_string(std::stoi(width) - 1);
  return width.ends_with("+1") ? width.substr(0, width.size() - 2) : width + "-1";
}

std::string type(const Fields& fields) {
  if (fields.bits.ends_with("_t"))
    return fields.bits;
  if (fields.bits == "1")
    return "logic";
  return fmt::format("logic {}[{}:0]", is_signed(fields) ? kSigned : "", highest(width(fields)));
}

/// What the fields add to the struct's width.
std::string bits_of(const Fields& fields) {
  std::string one = width(fields);
  if (fields.names.size() == 1)
    return one;
  if (one.find('+') != std::string::npos)
    one = "(" + one + ")";
  return fmt::format("{}*{}", fields.names.size(), one);
}

std::string print(const Struct& s) {
  std::string text = s.comment, sum;
  text += "  typedef struct packed {\n";
  for (const Fields& f : s.fields) {
    text += fmt::format("    {} {};{}\n", type(f), fmt::join(f.names, ", "),
                        f.note.empty() ? "" : "  // " + f.note);
    sum += (sum.empty() ? "" : " + ") + bits_of(f);
  }
  text += fmt::format("  }} {};\n", s.name);
  if (*s.bits_name != '\0')
    text += fmt::format("  localparam int unsigned {} = {};\n", s.bits_name, sum);
  return text;
}

} // namespace

std::string print_types() {
  std::string text;
  for (const Struct& s : {decoded(), shape(), extent(), op(), ticket()})
    text += print(s);
  return text;
}

} // namespace npuforge::isa::sv
