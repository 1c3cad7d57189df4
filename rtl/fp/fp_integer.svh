// Integers to and from floating point, and rounding to integral numbers. Needs fp_round.svh.

// An integer as sign and magnitude, of which `bits` bits may be ones, rounded to nearest even. Zero gives a zero of that sign.
function automatic logic [Width-1:0] from_magnitude(input logic sign, input logic [63:0] magnitude, input logic [6:0] bits);
  /*verilator no_inline_task*/
  // What has more bits than this is infinite.
  localparam int unsigned Reach = Bias + 1 < 64 ? Bias + 1 : 64;
  logic [6:0] used;
  used = 32'(bits) > Reach ? 7'(Reach) : bits;
  from_magnitude = round(sign, SignedExpBits'(Bias - 1) + SignedExpBits'(used), magnitude << (7'd64 - used), 1'b0, used, 1'b0,
                         Reach < 64 && (magnitude >> Reach) != '0, 1'b0);
endfunction
function automatic logic [Width-1:0] from_i8(input logic [7:0] value);
  from_i8 = from_magnitude(value[7], {56'd0, value[7] ? -value : value}, 7'd8);
endfunction
function automatic logic [Width-1:0] from_u8(input logic [7:0] value);
  from_u8 = from_magnitude(1'b0, {56'd0, value}, 7'd8);
endfunction
function automatic logic [Width-1:0] from_i16(input logic [15:0] value);
  from_i16 = from_magnitude(value[15], {48'd0, value[15] ? -value : value}, 7'd16);
endfunction
function automatic logic [Width-1:0] from_i32(input logic [31:0] value);
  from_i32 = from_magnitude(value[31], {32'd0, value[31] ? -value : value}, 7'd32);
endfunction
function automatic logic [Width-1:0] from_u32(input logic [31:0] value);
  from_u32 = from_magnitude(1'b0, {32'd0, value}, 7'd32);
endfunction
function automatic logic [Width-1:0] from_i64(input logic [63:0] value);
  from_i64 = from_magnitude(value[63], value[63] ? -value : value, 7'd64);
endfunction

// To nearest even and saturated, as an integer of 8, 16 or 32 bits, zero-extended. Infinities saturate, NaN gives 0.
function automatic logic [31:0] to_integer(input logic [Width-1:0] value, input logic [5:0] bits, input logic is_signed);
  /*verilator no_inline_task*/
  logic sign, up, too_large;
  logic signed [SignedExpBits-1:0] distance;
  logic [5:0] shift;
  logic [31:0] mask, lowest;
  logic [63:0] frame;
  logic [32:0] magnitude;
  sign = value[Width-1];
  mask = ~(32'hffffffff << bits);
  lowest = 32'd1 << (bits - 6'd1);
  // A fixed-point number with `bits` bits before the point, from the left. A shift by more than `bits` leaves less than a half, which
  // rounds to 0 whatever is lost.
  distance = SignedExpBits'(Bias - 1) + SignedExpBits'(bits) - {2'b00, exponent_of(value)};
  shift = 32'(distance) > 32'(bits) + 1 ? bits + 6'd1 : 6'(distance) & (bits + (bits - 6'd1));
  frame = {significand_of(value), {(64 - SigBits) {1'b0}}} >> shift;
  magnitude = {1'b0, frame[63:32] >> (6'd32 - bits)};
  frame = frame << bits;
  up = frame[63] & (magnitude[0] | (|frame[62:0]));
  magnitude = magnitude + 33'(up);
  if (is_signed) too_large = magnitude > {1'b0, lowest} || (!sign && magnitude == {1'b0, lowest});
  else too_large = magnitude > {1'b0, mask};
  to_integer = sign ? -magnitude[31:0] & mask : magnitude[31:0];
  if (is_nan(value) || (sign && !is_signed)) to_integer = '0;
  else if (distance < 0 || too_large || (Bias < 31 && is_infinite(value))) to_integer = !is_signed ? mask : sign ? lowest : lowest - 32'd1;
endfunction
function automatic logic [7:0] to_i8(input logic [Width-1:0] value);
  to_i8 = 8'(to_integer(value, 6'd8, 1'b1));
endfunction
function automatic logic [7:0] to_u8(input logic [Width-1:0] value);
  to_u8 = 8'(to_integer(value, 6'd8, 1'b0));
endfunction
function automatic logic [15:0] to_i16(input logic [Width-1:0] value);
  to_i16 = 16'(to_integer(value, 6'd16, 1'b1));
endfunction
function automatic logic [31:0] to_i32(input logic [Width-1:0] value);
  to_i32 = to_integer(value, 6'd32, 1'b1);
endfunction
function automatic logic [31:0] to_u32(input logic [Width-1:0] value);
  to_u32 = to_integer(value, 6'd32, 1'b0);
endfunction
// What has more than 32 bits is an integer already: its significand moves to the left.
function automatic logic [63:0] to_i64(input logic [Width-1:0] value);
  logic [31:0] distance;
  logic [63:0] magnitude;
  distance = 32'(exponent_of(value)) - Bias - ManBits;
  magnitude = {{(64 - SigBits) {1'b0}}, significand_of(value)} << distance[5:0];
  if (signed'(distance) < 0) magnitude = {32'd0, to_integer({1'b0, value[Width-2:0]}, 6'd32, 1'b0)};
  if (signed'(distance) > 63 - signed'(SigBits) || is_infinite(value)) to_i64 = {value[Width-1], {63{~value[Width-1]}}};
  else to_i64 = value[Width-1] ? -magnitude : magnitude;
  if (is_nan(value)) to_i64 = '0;
endfunction

// An integral number near the value: 0 to nearest even, 1 below it, 2 above it, 3 towards zero. A zero has the value's sign.
// The encodings of numbers of one sign are ordered like them, so that a carry out of the fraction is the next exponent.
function automatic logic [Width-1:0] to_integral(input logic [Width-1:0] value, input logic [1:0] direction);
  /*verilator no_inline_task*/
  localparam logic [Width-2:0] One = {1'b0, {(ExpBits - 1) {1'b1}}, {ManBits{1'b0}}};
  localparam int unsigned DropBits = $clog2(ManBits + 1);
  logic away;
  logic [ExpBits-1:0] exponent;
  logic [DropBits-1:0] drop;
  logic [Width-2:0] size, unit, odd;
  size = value[Width-2:0];
  exponent = size[Width-2:ManBits];
  away = (direction == 2'd1 && value[Width-1]) || (direction == 2'd2 && !value[Width-1]);
  drop = DropBits'(ExpBits'(Bias + ManBits) - exponent);
  unit = (Width - 1)'(1) << drop;
  // Half a unit, a little less if the digit above it is even: then a tie goes down. Of 1.x that digit is the hidden bit, and its place has
  // the lowest bit of the exponent, which is one as well.
  odd = size & unit;
  if (direction == 2'd0) odd = (unit >> 1) - (Width - 1)'(odd == '0);
  else odd = away ? unit - (Width - 1)'(1) : '0;
  if (is_nan(value)) to_integral = Nan;
  else if (32'(exponent) >= Bias + ManBits) to_integral = value;
  else if (32'(exponent) >= Bias) to_integral = {value[Width-1], (size + odd) & ~(unit - (Width - 1)'(1))};
  else if (size != '0 && (away || (direction == 2'd0 && size > One - (Width - 1)'(1 << ManBits)))) to_integral = {value[Width-1], One};
  else to_integral = {value[Width-1], {(Width - 1) {1'b0}}};
endfunction
