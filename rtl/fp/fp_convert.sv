// A floating-point number in another format, rounded to nearest even. Overflow gives infinity, NaN the canonical NaN.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// f32 is (8, 23), f16 (5, 10), bf16 (8, 7). One format must have at least the other's exponent bits and fraction bits.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_convert #(
  parameter int unsigned FromExpBits = 8,
  parameter int unsigned FromManBits = 23,
  parameter int unsigned ToExpBits = 5,
  parameter int unsigned ToManBits = 10,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned FromWidth = 1 + FromExpBits + FromManBits,
  localparam int unsigned ToWidth = 1 + ToExpBits + ToManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [FromWidth-1:0] a_i,
  output logic [ToWidth-1:0] result_o
);
  localparam int unsigned SignedExpBits = ToExpBits + 2;
  localparam int unsigned FromBias = (1 << (FromExpBits - 1)) - 1;
  localparam int unsigned ToBias = (1 << (ToExpBits - 1)) - 1;

  logic sign, zero, infinite, nan;
  logic [FromExpBits-1:0] exponent;
  logic [FromManBits:0] significand;
  fp_unpack #(.ExpBits(FromExpBits), .ManBits(FromManBits)) u_a (
    .value_i(a_i), .sign_o(sign), .exponent_o(exponent), .significand_o(significand),
    .zero_o(zero), .infinite_o(infinite), .nan_o(nan));

  logic signed [SignedExpBits-1:0] rebiased;
  if (FromExpBits <= ToExpBits) begin : gen_wider
    assign rebiased = SignedExpBits'(exponent) + SignedExpBits'(ToBias - FromBias);
  end else begin : gen_narrower
    // Exponents out of the target's reach stop where results are zero or infinite all the same.
    localparam int unsigned Below = FromBias - ToBias - ToManBits - 2;
    localparam int unsigned Above = FromBias - ToBias + (1 << ToExpBits) - 1;
    logic [FromExpBits-1:0] reached;
    always_comb begin
      reached = exponent;
      if (exponent < FromExpBits'(Below)) reached = FromExpBits'(Below);
      else if (exponent > FromExpBits'(Above)) reached = FromExpBits'(Above);
    end
    assign rebiased = SignedExpBits'(reached - FromExpBits'(FromBias - ToBias));
  end

  // Only a wider exponent makes subnormals normal, only a narrower one makes normal numbers subnormal.
  logic [ToWidth-1:0] result;
  fp_round #(.ExpBits(ToExpBits), .ManBits(ToManBits), .Width(FromManBits + 1),
             .Normalise(FromExpBits < ToExpBits), .Denormalise(FromExpBits > ToExpBits)) u_round (
    .sign_i(sign),
    .exponent_i(rebiased),
    .magnitude_i(significand),
    .sticky_i(1'b0),
    .inf_i(infinite),
    .nan_i(nan),
    .result_o(result));

  logic unused;
  assign unused = zero;
  npu_delay #(.Width(ToWidth), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
