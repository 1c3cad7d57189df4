// f16 to f32 as functions: fp_f16_to_f32::convert(value), exact.
/* verilator lint_off UNUSEDPARAM */
package fp_f16_to_f32;
  localparam int unsigned FromExpBits = 5;
  localparam int unsigned FromManBits = 10;
  localparam int unsigned ExpBits = 8;
  localparam int unsigned ManBits = 23;
`include "fp_round.svh"
`include "fp_convert.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
