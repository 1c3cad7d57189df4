// Comparison, minimum and maximum of two floating-point numbers: the functions of fp_order.svh and registers.
// Interface: operands of cycle t give all outputs in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_compare #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [ExpBits+ManBits:0] a_i,
  input  logic [ExpBits+ManBits:0] b_i,
  output logic less_o, equal_o, unordered_o,
  output logic [ExpBits+ManBits:0] min_o,
  output logic [ExpBits+ManBits:0] max_o
);
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_order.svh"
  /* verilator lint_on UNUSEDPARAM */
  npu_delay #(.Width(2 * Width + 3), .Cycles(PipelineDepth)) u_delay (
    .clk_i, .rst_ni, .d_i({less(a_i, b_i), equal(a_i, b_i), unordered(a_i, b_i), minimum(a_i, b_i), maximum(a_i, b_i)}), .q_o({less_o, equal_o, unordered_o, min_o, max_o}));
endmodule
