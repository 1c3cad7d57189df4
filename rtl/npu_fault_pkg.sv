// Planted faults, so that a test can show that co-simulation finds them. NPU_FAULT is a macro; without it, or with 0,
// there is none, and every use folds away.
/* verilator lint_off UNUSEDPARAM */
package npu_fault_pkg;
`ifdef NPU_FAULT
  localparam int unsigned Fault = `NPU_FAULT;
`else
  localparam int unsigned Fault = 0;
`endif
  localparam int unsigned MatrixLate = 1;      // a multiply completes one cycle late
  localparam int unsigned YoungestFirst = 2;   // the arbiter prefers the youngest instruction
  localparam int unsigned PostLate = 3;        // tokens are seen one cycle late
  localparam int unsigned LoadIgnoresClaims = 4;  // the load engine writes to banks that a pipeline has claimed
  localparam int unsigned ClaimShort = 5;      // a bank port is given up one cycle early
  localparam int unsigned SetEarly = 6;        // a retired weight set is free one cycle early
  localparam int unsigned NoFill = 7;          // rows outside a window read as zero
  localparam int unsigned StoreKeepsPlace = 8; // the store FIFO loses a place for one cycle more
  localparam int unsigned SignalEarly = 9;     // counters of events rise one cycle early
  localparam int unsigned TurnsStay = 10;      // the arbiters serve the core that they served last first
  localparam int unsigned CopyIgnoresClaims = 11; // copies are written to banks that a pipeline has claimed
  localparam int unsigned LoadIgnoresCopies = 12; // the load engine writes to banks to which a copy goes
endpackage
/* verilator lint_on UNUSEDPARAM */
