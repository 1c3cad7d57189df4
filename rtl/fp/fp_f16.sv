// The format f16 as functions: fp_f16::add(a, b) and the others of fp_functions.svh.
/* verilator lint_off UNUSEDPARAM */
package fp_f16;
  localparam int unsigned ExpBits = 5;
  localparam int unsigned ManBits = 10;
`include "fp_functions.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
