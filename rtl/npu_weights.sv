// The weights unit: reads rows of the scratchpad and hands them to the array's shadow sets (TIMING.md section 5).
// Interface: issue_i with op_i in cycle t is an issue at I = t+1. Row j is asked for in I+j, and is on load_* in I+j+2, where the
// array writes it. complete_o with post_o is high in C-1. Never stalls. Reset: idle, ring at set 0.
module npu_weights #(
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1,
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1,
  localparam int unsigned RowCountBits = $clog2(npu_pkg::ArrayRows + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic issue_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic read_o,
  output logic [npu_pkg::PadRowBits-1:0] read_row_o,
  input  logic [npu_pkg::RowBits-1:0] data_i,
  output logic load_valid_o,
  output logic load_start_o,
  output logic [SetBits-1:0] load_set_o,
  output logic [RowCountBits-1:0] load_rows_o,
  output logic [npu_pkg::RowBits-1:0] load_row_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  logic active_q, first_q, last;
  logic [RowCountBits-1:0] rows_q;
  logic [npu_pkg::Units-1:0] post_q;
  logic [SetBits-1:0] set_q;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] address;
  logic in_window;
  logic [npu_pkg::Levels:0] wraps;
  /* verilator lint_on UNUSEDSIGNAL */

  npu_generator u_rows (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(1'b0),
    .advance_i(active_q), .address_o(address), .inside_o(in_window), .wraps_o(wraps)
  );
  assign last = wraps[npu_pkg::Levels];
  assign read_o = active_q;
  assign read_row_o = npu_pkg::row_of(address);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      first_q <= 1'b0;
      rows_q <= '0;
      post_q <= '0;
      set_q <= SetBits'(Shadows - 1);
    end else if (issue_i) begin
      active_q <= 1'b1;
      first_q <= 1'b1;
      rows_q <= RowCountBits'(op_i.steps);
      post_q <= op_i.post;
      set_q <= (set_q == SetBits'(Shadows - 1)) ? '0 : set_q + 1'b1;
    end else begin
      first_q <= 1'b0;
      if (last) active_q <= 1'b0;
    end
  end

  // The row is read in stage 0, arrives in stage 1 and is written by the array in stage 2.
  npu_delay #(.Width(3 + SetBits + RowCountBits + npu_pkg::Units), .Cycles(2)) u_stages (
    .clk_i, .rst_ni, .d_i({active_q, active_q && first_q, active_q && last, set_q, rows_q, post_q}),
    .q_o({load_valid_o, load_start_o, complete_o, load_set_o, load_rows_o, post_o})
  );
  npu_delay #(.Width(npu_pkg::RowBits), .Cycles(1)) u_row (.clk_i, .rst_ni, .d_i(data_i), .q_o(load_row_o));
endmodule
