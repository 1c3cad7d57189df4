// The format bf16 as functions: fp_bf16::add(a, b) and the others of fp_functions.svh.
/* verilator lint_off UNUSEDPARAM */
package fp_bf16;
  localparam int unsigned ExpBits = 8;
  localparam int unsigned ManBits = 7;
`include "fp_functions.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
