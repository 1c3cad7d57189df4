// The format f32 as functions: fp_f32::add(a, b) and the others of fp_functions.svh.
/* verilator lint_off UNUSEDPARAM */
package fp_f32;
  localparam int unsigned ExpBits = 8;
  localparam int unsigned ManBits = 23;
`include "fp_functions.svh"
endpackage
/* verilator lint_on UNUSEDPARAM */
