// A signed integer as a floating-point number, rounded to nearest even. Zero gives +0.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_from_int #(
  parameter int unsigned IntBits = 32,
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [IntBits-1:0] a_i,
  output logic [Width-1:0] result_o
);
  localparam int unsigned Bias = (1 << (ExpBits - 1)) - 1;

  logic [Width-1:0] result;
  fp_round #(.ExpBits(ExpBits), .ManBits(ManBits), .Width(IntBits), .Denormalise(1'b0)) u_round (
    .sign_i(a_i[IntBits-1]),
    .exponent_i((ExpBits + 2)'(Bias + IntBits - 1)),
    .magnitude_i(a_i[IntBits-1] ? -a_i : a_i),
    .sticky_i(1'b0),
    .inf_i(1'b0),
    .nan_i(1'b0),
    .result_o(result));

  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
