// An integral number near a floating-point number: the function `to_integral` and registers. Direction 0: to nearest even, 1: below,
// 2: above, 3: towards zero.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_to_integral #(
  parameter int unsigned Direction = 0,
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [ExpBits+ManBits:0] a_i,
  output logic [ExpBits+ManBits:0] result_o
);
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_integer.svh"
  /* verilator lint_on UNUSEDPARAM */
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (
    .clk_i, .rst_ni, .d_i(to_integral(a_i, 2'(Direction))), .q_o(result_o));
endmodule
