// f32 to f16 as functions: fp_f32_to_f16::convert(value), rounded to nearest even.
/* verilator lint_off UNUSEDPARAM */
package fp_f32_to_f16;
  localparam int unsigned FromExpBits = 8;
  localparam int unsigned FromManBits = 23;
  localparam int unsigned ExpBits = 5;
  localparam int unsigned ManBits = 10;
`include "fp_round.svh"
`include "fp_convert.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
