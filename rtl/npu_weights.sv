// The weights unit: reads rows of the scratchpad and hands them to the array's shadow sets (TIMING.md section 5).
// Interface: issue_i with op_i in cycle t is an issue at I = t+1. Beat k of row j is asked for in I+j*pace+k, and the row is on load_*
// two cycles after its last beat was asked for, where the array writes it. complete_o with post_o is high in C-1. Never stalls. Reset: idle, ring at set 0.
module npu_weights #(
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1,
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1,
  localparam int unsigned NumberBits = (npu_pkg::ArrayRows > 1) ? $clog2(npu_pkg::ArrayRows) : 1,
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Beats = npu_pkg::ElementBytes
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
  output logic load_last_o,
  output logic [SetBits-1:0] load_set_o,
  output logic [NumberBits-1:0] load_number_o,
  output logic [Cols*npu_pkg::OperandBits-1:0] load_row_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  localparam int unsigned RowBits = npu_pkg::RowBits;
  logic active_q, ends, last;   // ends: the row's last beat is asked for
  logic [npu_pkg::PadRowBits-1:0] beat;
  logic [1:0] element_q, element1_q;
  logic [NumberBits-1:0] number_q;
  logic [npu_pkg::Units-1:0] post_q;
  logic [SetBits-1:0] set_q;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] address;
  logic in_window;
  logic [npu_pkg::Levels:0] wraps;
  /* verilator lint_on UNUSEDSIGNAL */

  npu_generator u_rows (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(1'b0),
    .advance_i(ends), .address_o(address), .inside_o(in_window), .wraps_o(wraps)
  );
  assign last = wraps[npu_pkg::Levels];
  assign read_o = active_q;
  assign read_row_o = npu_pkg::row_of(address) + beat;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      number_q <= '0;
      element_q <= '0;
      post_q <= '0;
      set_q <= SetBits'(Shadows - 1);
    end else if (issue_i) begin
      active_q <= 1'b1;
      number_q <= '0;
      element_q <= op_i.element;
      post_q <= op_i.post;
      set_q <= (set_q == SetBits'(Shadows - 1)) ? '0 : set_q + 1'b1;
    end else if (ends) begin
      number_q <= number_q + 1'b1;
      if (last) active_q <= 1'b0;
    end
  end

  // A beat is asked for in stage 0 and arrives in stage 1; the row is written by the array in stage 2 of its last beat.
  npu_delay #(.Width(2 + SetBits + NumberBits + npu_pkg::Units), .Cycles(2)) u_stages (
    .clk_i, .rst_ni, .d_i({ends, ends && last, set_q, number_q, post_q}),
    .q_o({load_valid_o, load_last_o, load_set_o, load_number_o, post_o})
  );
  assign complete_o = load_valid_o && load_last_o;

  logic [Beats*RowBits-1:0] row;   // in stage 1
  logic [Cols*npu_pkg::OperandBits-1:0] operands;
  if (Beats == 1) begin : gen_beat
    assign beat = '0;
    assign ends = active_q;
    assign row = data_i;
  end else begin : gen_beats
    logic [npu_pkg::PaceBits-1:0] beat_q, beats_q, missing_q;
    logic [(Beats-1)*RowBits-1:0] earlier_q;
    assign beat = npu_pkg::PadRowBits'(beat_q);
    assign ends = active_q && beat_q == beats_q - 1'b1;
    assign row = {data_i, earlier_q} >> (32'(missing_q) * RowBits);
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) begin
        beat_q <= '0;
        beats_q <= npu_pkg::PaceBits'(1);
        missing_q <= '0;
        earlier_q <= '0;
      end else begin
        if (issue_i) begin
          beat_q <= '0;
          beats_q <= op_i.pace;
        end else if (active_q) beat_q <= ends ? '0 : beat_q + 1'b1;
        missing_q <= npu_pkg::PaceBits'(Beats) - beats_q;
        earlier_q <= ((Beats-1)*RowBits)'({data_i, earlier_q} >> RowBits);
      end
  end
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) element1_q <= '0;
    else element1_q <= element_q;
  npu_operands #(.Count(Cols)) u_operands (.element_i(element1_q), .raw_i(row), .operands_o(operands));
  npu_delay #(.Width(Cols * npu_pkg::OperandBits), .Cycles(1)) u_row (.clk_i, .rst_ni, .d_i(operands), .q_o(load_row_o));
endmodule
