// Floating-point multiplication: a * b, rounded to nearest even.
// Interface: operands of cycle t give result_o in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
// Subnormals in and out; any NaN, and 0 * inf, give the canonical NaN.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_mul #(
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
  localparam int unsigned SigBits = ManBits + 1;
  localparam int unsigned Bias = (1 << (ExpBits - 1)) - 1;

  logic a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan;
  logic [ExpBits-1:0] a_exp, b_exp;
  logic [SigBits-1:0] a_sig, b_sig;
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_a (
    .value_i(a_i), .sign_o(a_sign), .exponent_o(a_exp), .significand_o(a_sig),
    .zero_o(a_zero), .infinite_o(a_inf), .nan_o(a_nan));
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_b (
    .value_i(b_i), .sign_o(b_sign), .exponent_o(b_exp), .significand_o(b_sig),
    .zero_o(b_zero), .infinite_o(b_inf), .nan_o(b_nan));

  // The product's highest bit is worth twice the product of the operands' highest bits.
  logic [2*SigBits-1:0] product;
  logic [Width-1:0] result;
  assign product = (2 * SigBits)'(a_sig) * (2 * SigBits)'(b_sig);
  fp_round #(.ExpBits(ExpBits), .ManBits(ManBits), .Width(2 * SigBits)) u_round (
    .sign_i(a_sign ^ b_sign),
    .exponent_i({2'b00, a_exp} + {2'b00, b_exp} - (ExpBits + 2)'(Bias - 1)),
    .magnitude_i(product),
    .sticky_i(1'b0),
    .inf_i(a_inf | b_inf),
    .nan_i(a_nan | b_nan | (a_inf & b_zero) | (a_zero & b_inf)),
    .result_o(result));

  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
