// All operations within one format.
`include "fp_round.svh"
`include "fp_arithmetic.svh"
`include "fp_order.svh"
`include "fp_integer.svh"
