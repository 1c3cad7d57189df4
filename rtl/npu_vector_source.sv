// A source row of the vector unit: collects its beats, and hands out the elements that the lanes compute next.
// Interface: take_i in cycle t stores what the memory gives in t, beat beat_i of a row in the scratchpad (data_i) or a whole row of the
// accumulator (sums_i, if from_sums_i). elements_o, combinational from what was stored until t-1: the elements of pass pass_i, each in
// the low bits of 32; bytes_i is an element's size, sums_i's elements have four. beat_o: beat read_beat_i as it was stored.
// Reset: zero.
module npu_vector_source #(
  parameter int unsigned Beats = 4,   // of the longest row in the scratchpad, which is also its element's bytes: 1, 2 or 4
  parameter bit Sums = 1'b0,          // rows of the accumulator come here, too
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Lanes = npu_pkg::Lanes,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned SumBits = npu_pkg::AccRowBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic take_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic from_sums_i,
  input  logic [npu_pkg::PaceBits-1:0] beat_i,
  input  logic [RowBits-1:0] data_i,
  input  logic [SumBits-1:0] sums_i,
  input  logic words_i,               // the row that is read has elements of four bytes
  input  logic [npu_pkg::PaceBits-1:0] bytes_i,
  input  logic [npu_pkg::PassBits-1:0] pass_i,
  input  logic [npu_pkg::PaceBits-1:0] read_beat_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic [Lanes*32-1:0] elements_o,
  output logic [RowBits-1:0] beat_o
);
  localparam int unsigned Width = Sums ? SumBits : Beats * RowBits;
  logic [Width-1:0] row_q;

  if (Beats == 1) begin : gen_one
    assign beat_o = row_q[RowBits-1:0];
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) row_q <= '0;
      else if (take_i) row_q <= (Sums && from_sums_i) ? Width'(sums_i) : Width'(data_i);
  end else begin : gen_some
    assign beat_o = row_q[32'(read_beat_i)*RowBits +: RowBits];
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) row_q <= '0;
      else if (take_i) begin
        if (Sums && from_sums_i) row_q <= Width'(sums_i);
        else row_q[32'(beat_i)*RowBits +: RowBits] <= data_i;
      end
  end

  // All elements, then those of the pass.
  logic [Cols*32-1:0] elements;
  for (genvar c = 0; c < Cols; c++) begin : gen_element
    logic [31:0] narrow;
    if (Beats >= 2) begin : gen_half
      assign narrow = (32'(bytes_i) == 2) ? {16'd0, row_q[16*c +: 16]} : {24'd0, row_q[8*c +: 8]};
    end else begin : gen_byte
      assign narrow = {24'd0, row_q[8*c +: 8]};
    end
    if (Sums || Beats == 4) begin : gen_word
      assign elements[32*c +: 32] = words_i ? row_q[32*c +: 32] : narrow;
    end else begin : gen_no_word
      assign elements[32*c +: 32] = narrow;
    end
  end
  if (npu_pkg::Passes == 1) begin : gen_whole
    assign elements_o = elements;
  end else begin : gen_pass
    assign elements_o = elements[32'(pass_i)*(Lanes*32) +: Lanes*32];
  end
endmodule
