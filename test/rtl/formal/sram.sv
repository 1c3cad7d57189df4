// npu_sram as it is synthesised: a read gives what was written last to each bit, in the same cycle included.
module sram #(
  parameter bit Masked = 1'b1,
  localparam int unsigned Rows = 4,
  localparam int unsigned Width = 16,
  localparam int unsigned RowBits = 2
) (
  input logic clk_i,
  input logic read_i,
  input logic [RowBits-1:0] read_row_i,
  input logic write_i,
  input logic [RowBits-1:0] write_row_i,
  input logic [Width-1:0] write_data_i,
  input logic [Width/8-1:0] bytes_i    // whole bytes are masked
);
  logic [Width-1:0] data;
  npu_sram #(.Rows(Rows), .Width(Width), .Masked(Masked)) u_sram (
    .clk_i, .read_i, .read_row_i, .data_o(data), .write_i, .write_row_i, .write_data_i, .mask_i({{8{bytes_i[1]}}, {8{bytes_i[0]}}})
  );

  // Any one bit, from the first time that it is written.
  (* anyconst *) logic [RowBits-1:0] row;
  (* anyconst *) logic [3:0] place;
  logic known_q, bit_q, writes, read_known_q, read_q;
  initial known_q = 1'b0;
  initial read_known_q = 1'b0;
  assign writes = write_i && write_row_i == row && (!Masked || bytes_i[place[3]]);
  always_ff @(posedge clk_i) begin
    if (writes) begin
      known_q <= 1'b1;
      bit_q <= write_data_i[place];
    end
    if (read_i) begin
      read_known_q <= read_row_i == row && (known_q || writes);
      read_q <= writes ? write_data_i[place] : bit_q;
    end
    if (read_known_q) assert (data[place] == read_q);
    cover (read_known_q && !read_q && known_q && bit_q);
  end
endmodule
