// Fused multiply-add: a * b + c with one rounding, to nearest even.
// Interface: operands of cycle t give result_o in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
// Subnormals in and out; any NaN, 0 * inf (whatever c), and inf - inf give the canonical NaN; an exact zero of operands with unlike
// signs is +0.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
//
// The frame in which product and addend meet, p being the bits of a significand:
//
//   3p+3      2p+4      2p+1        2 1 0
//   | addend    | 0 0 | product     | 0 0 |
//
// The addend moves to the right by the distance of the exponents. An addend that is further to the left stays there, because the
// product is then less than a quarter of its last place. The frame's highest bit never has an exponent below 1, so results need no shift to
// the right; subnormal operands need no normalisation before the multiplier.
module fp_fma #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Width-1:0] a_i,
  input  logic [Width-1:0] b_i,
  input  logic [Width-1:0] c_i,
  output logic [Width-1:0] result_o
);
  localparam int unsigned SigBits = ManBits + 1;
  localparam int unsigned Bias = (1 << (ExpBits - 1)) - 1;
  localparam int unsigned FrameBits = 3 * SigBits + 4;
  localparam int unsigned ShiftBits = $clog2(FrameBits + 1);
  localparam int unsigned SignedExpBits = ExpBits + 2;

  logic a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan, c_sign, c_zero, c_inf, c_nan;
  logic [ExpBits-1:0] a_exp, b_exp, c_exp;
  logic [SigBits-1:0] a_sig, b_sig, c_sig;
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_a (
    .value_i(a_i), .sign_o(a_sign), .exponent_o(a_exp), .significand_o(a_sig),
    .zero_o(a_zero), .infinite_o(a_inf), .nan_o(a_nan));
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_b (
    .value_i(b_i), .sign_o(b_sign), .exponent_o(b_exp), .significand_o(b_sig),
    .zero_o(b_zero), .infinite_o(b_inf), .nan_o(b_nan));
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_c (
    .value_i(c_i), .sign_o(c_sign), .exponent_o(c_exp), .significand_o(c_sig),
    .zero_o(c_zero), .infinite_o(c_inf), .nan_o(c_nan));

  logic product_sign, subtract;
  logic [2*SigBits-1:0] product;
  assign product_sign = a_sign ^ b_sign;
  assign subtract = product_sign ^ c_sign;
  assign product = (2 * SigBits)'(a_sig) * (2 * SigBits)'(b_sig);

  // Exponents of the frame's highest bit: with the product in place, and what the addend in place would want. A product of zero is
  // always far below the addend.
  logic signed [SignedExpBits-1:0] product_frame, distance, exponent;
  logic in_place;
  logic [ShiftBits-1:0] shift;
  assign product_frame = {2'b00, a_exp} + {2'b00, b_exp} - SignedExpBits'(Bias) + SignedExpBits'(SigBits + 3);
  assign distance = product_frame - {2'b00, c_exp};
  assign in_place = distance <= 0 || a_zero || b_zero;
  assign exponent = in_place ? {2'b00, c_exp} : product_frame;
  always_comb begin
    shift = ShiftBits'(distance);
    if (in_place) shift = '0;
    else if ((SignedExpBits + ShiftBits)'(distance) > (SignedExpBits + ShiftBits)'(FrameBits)) shift = ShiftBits'(FrameBits);
  end

  // When bits of the addend are lost, the product is larger, and a difference is a little less than that of what is left.
  logic [FrameBits-1:0] addend, magnitude;
  logic [SigBits-1:0] lost;
  logic [FrameBits:0] left, sum;
  logic sticky, negative;
  assign {addend, lost} = {c_sig, {FrameBits{1'b0}}} >> shift;
  assign sticky = |lost;
  assign left = {{(SigBits + 3) {1'b0}}, product, 2'b00};
  assign sum = subtract ? left - {1'b0, addend} - (FrameBits + 1)'(sticky) : left + {1'b0, addend};
  assign negative = sum[FrameBits];
  assign magnitude = negative ? -sum[FrameBits-1:0] : sum[FrameBits-1:0];

  logic sign, product_inf, exact_zero;
  logic [Width-1:0] result;
  assign product_inf = a_inf | b_inf;
  assign exact_zero = magnitude == '0 && !sticky;
  always_comb begin
    sign = product_sign ^ negative;
    if (product_inf) sign = product_sign;
    else if (c_inf) sign = c_sign;
    else if (exact_zero) sign = product_sign & c_sign;
  end
  fp_round #(.ExpBits(ExpBits), .ManBits(ManBits), .Width(FrameBits), .Denormalise(1'b0)) u_round (
    .sign_i(sign),
    .exponent_i(exponent),
    .magnitude_i(magnitude),
    .sticky_i(sticky),
    .inf_i(product_inf | c_inf),
    .nan_i(a_nan | b_nan | c_nan | (a_inf & b_zero) | (a_zero & b_inf) | (product_inf & c_inf & subtract)),
    .result_o(result));

  logic unused;
  assign unused = c_zero;
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
