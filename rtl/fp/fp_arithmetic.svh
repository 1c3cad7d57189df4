// Addition, multiplication and fused multiply-add, rounded once, to nearest even. Needs fp_round.svh.
// Subnormals in and out; every NaN that comes out is the canonical one.

// a + b. Subtraction is addition with b's sign inverted. inf - inf is a NaN; x - x is +0.
function automatic logic [Width-1:0] add(input logic [Width-1:0] a, input logic [Width-1:0] b);
  /*verilator no_inline_task*/
  // Guard, round and sticky bit below the significand: with them the sum of the aligned operands rounds like the exact one.
  localparam int unsigned AddBits = SigBits + 3;
  localparam int unsigned AddShiftBits = $clog2(AddBits + 1);
  logic [Width-1:0] big, little;
  logic subtract;
  logic [ExpBits-1:0] exponent, distance;
  logic [AddShiftBits-1:0] shift;
  logic [2*AddBits-1:0] aligned;
  logic [AddBits:0] addend, sum;
  big = a;
  little = b;
  if (a[Width-2:0] < b[Width-2:0]) begin
    big = b;
    little = a;
  end
  subtract = big[Width-1] ^ little[Width-1];
  exponent = exponent_of(big);
  distance = exponent - exponent_of(little);
  shift = 32'(distance) > AddBits ? AddShiftBits'(AddBits) : AddShiftBits'(distance);
  aligned = {significand_of(little), 3'b0, {AddBits{1'b0}}} >> shift;
  addend = {1'b0, aligned[2*AddBits-1:AddBits+1], |aligned[AddBits:0]};
  sum = {1'b0, significand_of(big), 3'b0};
  sum = subtract ? sum - addend : sum + addend;
  add = round(sum == '0 ? big[Width-1] & little[Width-1] : big[Width-1], {2'b00, exponent} + SignedExpBits'(1),
              {sum, {(63 - AddBits) {1'b0}}}, 1'b0, 7'(AddBits + 1), 1'b0, is_infinite(big),
              is_nan(big) || is_nan(little) || (is_infinite(big) && is_infinite(little) && subtract));
endfunction

// a * b. 0 * inf is a NaN.
function automatic logic [Width-1:0] mul(input logic [Width-1:0] a, input logic [Width-1:0] b);
  /*verilator no_inline_task*/
  logic [2*SigBits-1:0] product;
  product = (2 * SigBits)'(significand_of(a)) * (2 * SigBits)'(significand_of(b));
  // The product's highest bit is worth twice the product of the operands' highest bits.
  mul = round(a[Width-1] ^ b[Width-1], {2'b00, exponent_of(a)} + {2'b00, exponent_of(b)} - SignedExpBits'(Bias - 1),
              {product, {(64 - 2 * SigBits) {1'b0}}}, 1'b0, 7'(2 * SigBits), 1'b1, is_infinite(a) || is_infinite(b),
              is_nan(a) || is_nan(b) || (is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b)));
endfunction

// a * b + c with one rounding. 0 * inf (whatever c) and inf - inf are NaNs; an exact zero of operands with unlike signs is +0.
//
// Product and addend meet in a frame of 2p+3 bits, p being the bits of a significand: a carry, 2p for the product, 2 below. Both
// start at the left; the one with the smaller exponent moves to the right. What it loses there matters to the rounding only as a
// sticky bit: an addend that loses bits is at most a quarter of the product, which has p-1 bits or more because not both factors
// are subnormal then; a product that does is less than a quarter of an addend that is normal, and for one that is not, the
// result's last place is that of exponent 1. So subnormal operands need no normalisation before the multiplier.
function automatic logic [Width-1:0] fma(input logic [Width-1:0] a, input logic [Width-1:0] b, input logic [Width-1:0] c);
  /*verilator no_inline_task*/
  localparam int unsigned FmaBits = 2 * SigBits + 3;
  localparam int unsigned FmaShiftBits = $clog2(FmaBits);
  logic product_sign, subtract, move_product, sticky, negative, sign, product_inf;
  logic signed [SignedExpBits-1:0] product_exp, addend_exp, distance;
  logic [2*SigBits-1:0] product;
  logic [FmaShiftBits-1:0] shift;
  logic [FmaBits-2:0] product_frame, addend_frame, kept, moved, lost;
  logic [FmaBits:0] sum;
  product_sign = a[Width-1] ^ b[Width-1];
  subtract = product_sign ^ c[Width-1];
  product = (2 * SigBits)'(significand_of(a)) * (2 * SigBits)'(significand_of(b));
  product_exp = {2'b00, exponent_of(a)} + {2'b00, exponent_of(b)} - SignedExpBits'(Bias - 1);
  addend_exp = {2'b00, exponent_of(c)};
  distance = product_exp - addend_exp;
  move_product = distance < 0 || is_zero(a) || is_zero(b);
  if (move_product) distance = -distance;
  // A product of zero may be moved by any distance.
  shift = 32'(distance) > FmaBits - 1 ? FmaShiftBits'(FmaBits - 1) : FmaShiftBits'(distance);
  product_frame = {product, 2'b0};
  addend_frame = {significand_of(c), {(SigBits + 2) {1'b0}}};
  kept = move_product ? addend_frame : product_frame;
  moved = move_product ? product_frame : addend_frame;
  lost = moved & ~({(FmaBits - 1) {1'b1}} << shift);
  sticky = |lost;
  moved = moved >> shift;
  // A difference that loses bits is a little more than this one; the negative of it is a little more than the inverse.
  sum = subtract ? {2'b00, kept} - {2'b00, moved} - (FmaBits + 1)'(sticky) : {2'b00, kept} + {2'b00, moved};
  negative = sum[FmaBits];
  if (negative) sum = ~sum + (FmaBits + 1)'(!sticky);
  product_inf = is_infinite(a) || is_infinite(b);
  sign = (move_product ? c[Width-1] : product_sign) ^ negative;
  if (product_inf) sign = product_sign;
  else if (is_infinite(c)) sign = c[Width-1];
  else if (sum[FmaBits-1:0] == '0 && !sticky) sign = product_sign & c[Width-1];
  fma = round(sign, (move_product ? addend_exp : product_exp) + SignedExpBits'(1), {sum[FmaBits-1:0], {(64 - FmaBits) {1'b0}}}, sticky,
              7'(FmaBits), 1'b0, product_inf || is_infinite(c),
              is_nan(a) || is_nan(b) || is_nan(c) || (is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b))
              || (product_inf && is_infinite(c) && subtract));
endfunction
