// An integer as a floating-point number: the function `from_magnitude` and registers.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_from_int #(
  parameter int unsigned IntBits = 32,
  parameter bit Signed = 1'b1,
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [IntBits-1:0] a_i,
  output logic [ExpBits+ManBits:0] result_o
);
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_integer.svh"
  /* verilator lint_on UNUSEDPARAM */
  logic negative;
  logic [IntBits-1:0] magnitude;
  assign negative = Signed && a_i[IntBits-1];
  assign magnitude = negative ? -a_i : a_i;
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (
    .clk_i, .rst_ni, .d_i(from_magnitude(negative, 64'(magnitude), 7'(IntBits))), .q_o(result_o));
endmodule
