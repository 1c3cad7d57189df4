// bf16 to f32 as functions: fp_bf16_to_f32::convert(value), exact.
/* verilator lint_off UNUSEDPARAM */
package fp_bf16_to_f32;
  localparam int unsigned FromExpBits = 8;
  localparam int unsigned FromManBits = 7;
  localparam int unsigned ExpBits = 8;
  localparam int unsigned ManBits = 23;
`include "fp_round.svh"
`include "fp_convert.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
