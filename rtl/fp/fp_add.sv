// Floating-point addition: a + b, rounded to nearest even. Subtraction is addition with b's sign inverted.
// Interface: operands of cycle t give result_o in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
// Subnormals in and out; any NaN, and inf - inf, give the canonical NaN; x - x is +0.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_add #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Width-1:0] a_i,
  input  logic [Width-1:0] b_i,
  output logic [Width-1:0] result_o
);
  // Guard, round and sticky bit below the significand: with them the sum of the aligned operands rounds like the exact one.
  localparam int unsigned SigBits = ManBits + 1;
  localparam int unsigned FrameBits = SigBits + 3;
  localparam int unsigned ShiftBits = $clog2(FrameBits + 1);

  logic swap;
  logic [Width-1:0] big, little;
  assign swap = a_i[Width-2:0] < b_i[Width-2:0];
  assign big = swap ? b_i : a_i;
  assign little = swap ? a_i : b_i;

  logic big_sign, big_inf, big_nan, little_sign, little_inf, little_nan;
  logic big_zero, little_zero;
  logic [ExpBits-1:0] big_exp, little_exp, distance;
  logic [SigBits-1:0] big_sig, little_sig;
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_big (
    .value_i(big), .sign_o(big_sign), .exponent_o(big_exp), .significand_o(big_sig),
    .zero_o(big_zero), .infinite_o(big_inf), .nan_o(big_nan));
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_little (
    .value_i(little), .sign_o(little_sign), .exponent_o(little_exp), .significand_o(little_sig),
    .zero_o(little_zero), .infinite_o(little_inf), .nan_o(little_nan));

  logic [ShiftBits-1:0] shift;
  logic [FrameBits-1:0] aligned, lost;
  assign distance = big_exp - little_exp;
  assign shift = 32'(distance) > FrameBits ? ShiftBits'(FrameBits) : ShiftBits'(distance);
  assign {aligned, lost} = {little_sig, 3'b0, {FrameBits{1'b0}}} >> shift;

  logic subtract;
  logic [FrameBits:0] addend, sum;
  assign subtract = big_sign ^ little_sign;
  assign addend = {1'b0, aligned[FrameBits-1:1], aligned[0] | (|lost)};
  assign sum = subtract ? {1'b0, big_sig, 3'b0} - addend : {1'b0, big_sig, 3'b0} + addend;

  logic [Width-1:0] result;
  fp_round #(.ExpBits(ExpBits), .ManBits(ManBits), .Width(FrameBits + 1), .Denormalise(1'b0)) u_round (
    .sign_i(sum == '0 ? big_sign & little_sign : big_sign),
    .exponent_i({2'b00, big_exp} + (ExpBits + 2)'(1)),
    .magnitude_i(sum),
    .sticky_i(1'b0),
    .inf_i(big_inf),
    .nan_i(big_nan | little_nan | (big_inf & little_inf & subtract)),
    .result_o(result));

  logic unused;
  assign unused = ^{big_zero, little_zero};
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
