// a * b + c of floating-point numbers, rounded once: the function `fma` and registers.
// Interface: operands of cycle t give result_o in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_fma #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [ExpBits+ManBits:0] a_i,
  input  logic [ExpBits+ManBits:0] b_i,
  input  logic [ExpBits+ManBits:0] c_i,
  output logic [ExpBits+ManBits:0] result_o
);
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_arithmetic.svh"
  /* verilator lint_on UNUSEDPARAM */
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (
    .clk_i, .rst_ni, .d_i(fma(a_i, b_i, c_i)), .q_o(result_o));
endmodule
