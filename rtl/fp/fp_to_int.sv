// A floating-point number as an integer, to nearest even and saturated: the functions `to_integer` and `to_i64`, and registers.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// IntBits is 8, 16, 32, or 64 when signed. Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may
// retime them.
module fp_to_int #(
  parameter int unsigned IntBits = 32,
  parameter bit Signed = 1'b1,
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [ExpBits+ManBits:0] a_i,
  output logic [IntBits-1:0] result_o
);
  /* verilator lint_off UNUSEDPARAM */
`include "fp_round.svh"
`include "fp_integer.svh"
  /* verilator lint_on UNUSEDPARAM */
  logic [IntBits-1:0] result;
  if (IntBits == 64) begin : gen_long
    assign result = to_i64(a_i);
  end else begin : gen_word
    assign result = IntBits'(to_integer(a_i, 6'(IntBits), Signed));
  end
  npu_delay #(.Width(IntBits), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
