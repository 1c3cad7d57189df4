// A floating-point number in another format: the function `convert` and registers.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// f32 is (8, 23), f16 (5, 10), bf16 (8, 7). One format must have at least the other's exponent bits and fraction bits.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_convert #(
  parameter int unsigned FromExpBits = 8,
  parameter int unsigned FromManBits = 23,
  parameter int unsigned ToExpBits = 5,
  parameter int unsigned ToManBits = 10,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [FromExpBits+FromManBits:0] a_i,
  output logic [ToExpBits+ToManBits:0] result_o
);
  localparam int unsigned ExpBits = ToExpBits;
  localparam int unsigned ManBits = ToManBits;
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_convert.svh"
  /* verilator lint_on UNUSEDPARAM */
  npu_delay #(.Width(Width), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(convert(a_i)), .q_o(result_o));
endmodule
