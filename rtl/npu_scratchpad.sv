// The scratchpad: contiguous banks of rows, each with one read and one write port. A bank is a pair of memories, even and odd
// rows, so that one access can take two neighbouring rows. The issue arbiter keeps two users from meeting at a port.
// Interface: read port k: read_i[k] and its row in cycle t give data_o slice k in t+1. Ports: 0 weights, 1 matrix,
// 2 matrix (the row after that of 1), 3 and 4 vector A and B, 5 store, 6 sequencer. Writes: load, sequencer and other
// cores' copies (masked), vector (whole rows); written in t, seen by reads of t. Reset: contents zero at the start.
module npu_scratchpad #(
  localparam int unsigned Reads = 7,
  localparam int unsigned RowNumberBits = npu_pkg::PadRowBits,
  localparam int unsigned RowBits = npu_pkg::RowBits
) (
  input  logic clk_i,
  input  logic [Reads-1:0] read_i,
  input  logic [Reads*RowNumberBits-1:0] read_row_i,
  output logic [Reads*RowBits-1:0] data_o,
  input  logic load_write_i,
  input  logic [RowNumberBits-1:0] load_row_i,
  input  logic [RowBits-1:0] load_data_i,
  input  logic [RowBits-1:0] load_mask_i,
  input  logic vector_write_i,
  input  logic [RowNumberBits-1:0] vector_row_i,
  input  logic [RowBits-1:0] vector_data_i,
  input  logic word_write_i,
  input  logic [RowNumberBits-1:0] word_row_i,
  input  logic [RowBits-1:0] word_data_i,
  input  logic [RowBits-1:0] word_mask_i,
  input  logic copy_write_i,
  input  logic [RowNumberBits-1:0] copy_row_i,
  input  logic [RowBits-1:0] copy_data_i,
  input  logic [RowBits-1:0] copy_mask_i
);
  localparam int unsigned Halves = 2 * npu_pkg::PadBanks;
  localparam int unsigned HalfRows = npu_pkg::PadBankRows / 2;
  localparam int unsigned HalfRowBits = $clog2(HalfRows);
  localparam int unsigned HalfBits = $clog2(Halves);

  // The memory that holds a row, and the row's place in it.
  function automatic logic [HalfBits-1:0] half_of(input logic [RowNumberBits-1:0] row);
    half_of = (HalfBits'(row >> npu_pkg::PadBankShift) << 1) | HalfBits'(row[0]);
  endfunction
  function automatic logic [HalfRowBits-1:0] place_of(input logic [RowNumberBits-1:0] row);
    place_of = HalfRowBits'(row >> 1);
  endfunction

  logic [Halves-1:0] read, write, by_vector, by_word, by_copy;
  logic [HalfRowBits-1:0] read_place [Halves];
  logic [HalfRowBits-1:0] write_place [Halves];
  logic [RowBits-1:0] data [Halves];

  always_comb begin
    int unsigned h, k;
    read = '0;
    k = 0;
    for (h = 0; h < Halves; h++) read_place[h] = '0;
    for (k = 0; k < Reads; k++)
      if (read_i[k]) begin
        read[half_of(read_row_i[k*RowNumberBits +: RowNumberBits])] = 1'b1;
        read_place[half_of(read_row_i[k*RowNumberBits +: RowNumberBits])] = place_of(read_row_i[k*RowNumberBits +: RowNumberBits]);
      end
  end

  always_comb begin
    int unsigned h;
    write = '0;
    by_vector = '0;
    by_word = '0;
    by_copy = '0;
    for (h = 0; h < Halves; h++) write_place[h] = '0;
    if (load_write_i) begin
      write[half_of(load_row_i)] = 1'b1;
      write_place[half_of(load_row_i)] = place_of(load_row_i);
    end
    if (vector_write_i) begin
      write[half_of(vector_row_i)] = 1'b1;
      by_vector[half_of(vector_row_i)] = 1'b1;
      write_place[half_of(vector_row_i)] = place_of(vector_row_i);
    end
    if (word_write_i) begin
      write[half_of(word_row_i)] = 1'b1;
      by_word[half_of(word_row_i)] = 1'b1;
      write_place[half_of(word_row_i)] = place_of(word_row_i);
    end
    if (npu_pkg::CopiesAcross && copy_write_i) begin
      write[half_of(copy_row_i)] = 1'b1;
      by_copy[half_of(copy_row_i)] = 1'b1;
      write_place[half_of(copy_row_i)] = place_of(copy_row_i);
    end
  end

  for (genvar h = 0; h < Halves; h++) begin : gen_half
    npu_sram #(.Rows(HalfRows), .Width(RowBits)) u_memory (
      .clk_i,
      .read_i(read[h]), .read_row_i(read_place[h]), .data_o(data[h]),
      .write_i(write[h]), .write_row_i(write_place[h]),
      .write_data_i(by_vector[h] ? vector_data_i : by_word[h] ? word_data_i : by_copy[h] ? copy_data_i : load_data_i),
      .mask_i(by_vector[h] ? '1 : by_word[h] ? word_mask_i : by_copy[h] ? copy_mask_i : load_mask_i)
    );
  end

  for (genvar k = 0; k < Reads; k++) begin : gen_read
    logic [HalfBits-1:0] half_q;
    always_ff @(posedge clk_i) if (read_i[k]) half_q <= half_of(read_row_i[k*RowNumberBits +: RowNumberBits]);
    assign data_o[k*RowBits +: RowBits] = data[half_q];
  end

`ifndef SYNTHESIS
  function automatic logic [RowNumberBits-1:0] bank_of(input logic [RowNumberBits-1:0] row);
    bank_of = row >> npu_pkg::PadBankShift;
  endfunction
  always_ff @(posedge clk_i) begin
    assert (!(load_write_i && vector_write_i && half_of(load_row_i) == half_of(vector_row_i)))
      else $error("load and vector write to one bank");
    assert (!(copy_write_i && ((load_write_i && bank_of(copy_row_i) == bank_of(load_row_i)) ||
                               (vector_write_i && bank_of(copy_row_i) == bank_of(vector_row_i)) ||
                               (word_write_i && bank_of(copy_row_i) == bank_of(word_row_i)))))
      else $error("a copy and another write to one bank");
  end
`endif
endmodule
