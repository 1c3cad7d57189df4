// The parts of a floating-point number of the format ExpBits, ManBits, and the only place that rounds to it.
// Included where these two parameters are known: in the packages of fp_packages.sv and in the modules fp_*.sv.
//
// Frames have 64 bits, whatever the format, because that is the widest word that simulates fast. Bits that are constant
// cost nothing in hardware, and neither do arguments that are. The larger functions ask Verilator for C++ functions, whose variables
// are then local; so their bodies assign no concatenations, for which Verilator would make a variable outside.
localparam int unsigned Width = 1 + ExpBits + ManBits;
localparam int unsigned SigBits = ManBits + 1;
localparam int unsigned SignedExpBits = ExpBits + 2;
localparam int unsigned Bias = (1 << (ExpBits - 1)) - 1;
localparam logic [ExpBits-1:0] ExpMax = {ExpBits{1'b1}};   // yosys gives '1 one bit in a package
localparam logic [Width-2:0] Infinite = {ExpMax, {ManBits{1'b0}}};
localparam logic [Width-1:0] Nan = {1'b0, ExpMax, 1'b1, {(ManBits - 1) {1'b0}}};

/* verilator lint_off UNUSEDSIGNAL */
function automatic logic is_nan(input logic [Width-1:0] value);
  is_nan = value[Width-2:0] > Infinite;
endfunction
function automatic logic is_infinite(input logic [Width-1:0] value);
  is_infinite = value[Width-2:0] == Infinite;
endfunction
function automatic logic is_zero(input logic [Width-1:0] value);
  is_zero = value[Width-2:0] == '0;
endfunction

// A number's value is significand * 2^(exponent - Bias - ManBits), subnormals included: they have exponent 1 and no hidden one.
function automatic logic [ExpBits-1:0] exponent_of(input logic [Width-1:0] value);
  exponent_of = {value[Width-2:ManBits+1], value[ManBits] | (value[Width-2:ManBits] == '0)};
endfunction
function automatic logic [SigBits-1:0] significand_of(input logic [Width-1:0] value);
  significand_of = {value[Width-2:ManBits] != '0, value[ManBits-1:0]};
endfunction
/* verilator lint_on UNUSEDSIGNAL */

// How many zeros stand above the highest one, which is in one of the upper `used` bits; at most used - 1. Halves the word in each step.
function automatic logic [5:0] leading_zeros(input logic [63:0] value, input logic [6:0] used);
  logic [63:0] rest;
  logic [5:0] count;
  rest = value;
  count = '0;
  if (used > 7'd32 && rest[63:32] == '0) begin rest = {rest[31:0], 32'd0}; count = count | 6'd32; end
  if (used > 7'd16 && rest[63:48] == '0) begin rest = {rest[47:0], 16'd0}; count = count | 6'd16; end
  if (used > 7'd8 && rest[63:56] == '0) begin rest = {rest[55:0], 8'd0}; count = count | 6'd8; end
  if (used > 7'd4 && rest[63:60] == '0) begin rest = {rest[59:0], 4'd0}; count = count | 6'd4; end
  if (used > 7'd2 && rest[63:62] == '0) begin rest = {rest[61:0], 2'd0}; count = count | 6'd2; end
  if (used > 7'd1 && !rest[63]) count = count | 6'd1;
  leading_zeros = count;
endfunction
// The bits that such a count may have.
function automatic logic [5:0] count_mask(input logic [6:0] used);
  count_mask = {used > 7'd32, used > 7'd16, used > 7'd8, used > 7'd4, used > 7'd2, used > 7'd1};
endfunction

// Normalises an exact result, rounds it to nearest, ties to even, and packs it. The result is the magnitude, whose highest bit has the
// biased exponent, plus a positive amount below its lowest bit if `sticky`. Too small results become subnormal or zero, too large
// ones infinite, all with this sign.
//   used           the highest one may be below the highest bit, in one of this many bits; 0: it is not, or the exponent is 1.
//                  Then `sticky` promises that enough bits stay
//   denormalise    the exponent may be below 1
//   infinite, nan  the result is infinite; the canonical NaN
function automatic logic [Width-1:0] round(
    input logic sign, input logic signed [SignedExpBits-1:0] exponent, input logic [63:0] magnitude, input logic sticky,
    input logic [6:0] used, input logic denormalise, input logic infinite, input logic nan);
  // Hidden bit, fraction and guard bit; what is below is sticky.
  localparam int unsigned Kept = ManBits + 2;
  localparam int unsigned ShiftBits = $clog2(Kept + 1);
  logic [5:0] zeros;
  logic [SignedExpBits-1:0] room;
  logic signed [SignedExpBits-1:0] top, missing;
  logic [63:0] frame;
  logic [ShiftBits-1:0] shift;
  logic [Kept-1:0] kept;
  logic [2*Kept-1:0] shifted;
  logic rest, up;
  logic [SignedExpBits+ManBits-1:0] result;

  // To the left until the highest bit is one, but no further than exponent 1. Unsigned, so that a negative room is large: such a
  // result is normalised first and then becomes subnormal.
  zeros = leading_zeros(magnitude, used);
  room = exponent - SignedExpBits'(1);
  if ((SignedExpBits + 6)'(room) < (SignedExpBits + 6)'(zeros)) zeros = 6'(room) & count_mask(used);
  frame = magnitude << zeros;
  top = exponent - SignedExpBits'(zeros);

  // To the right until exponent 1. A shift by Kept leaves nothing but the sticky bit.
  kept = frame[63-:Kept];
  rest = sticky | (|frame[63-Kept:0]);
  missing = SignedExpBits'(1) - top;
  shift = ShiftBits'(missing);
  if (missing < 0) shift = '0;
  else if (missing > signed'(SignedExpBits'(Kept))) shift = ShiftBits'(Kept);
  if (denormalise) begin
    shifted = {kept, {Kept{1'b0}}} >> shift;
    kept = shifted[2*Kept-1:Kept];
    rest = rest | (|shifted[Kept-1:0]);
  end

  // Without a hidden one the exponent's field is zero, whatever the exponent.
  // A carry out of the fraction is the next exponent, also from the largest subnormal to the smallest normal number.
  up = kept[0] & (rest | kept[1]);
  result = {top & {SignedExpBits{kept[Kept-1]}}, kept[Kept-2:1]} + (SignedExpBits + ManBits)'(up);
  round = {sign, result[Width-2:0]};
  if (nan) round = Nan;
  else if (infinite || result[SignedExpBits+ManBits-1:ManBits] >= {2'b00, ExpMax}) round = {sign, Infinite};
endfunction
