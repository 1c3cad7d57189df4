// A memory with one read and one write port.
// Interface: read_i and read_row_i in cycle t give data_o in t+1. write_i in t writes the bits of mask_i; a read of the same
// row in the same cycle sees the write. Zero at the start of a simulation; reset does not touch it.
module npu_sram #(
  parameter int unsigned Rows = 16,
  parameter int unsigned Width = 32,
  parameter bit Masked = 1'b1,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  logic clk_i,
  input  logic read_i,
  input  logic [RowBits-1:0] read_row_i,
  output logic [Width-1:0] data_o,
  input  logic write_i,
  input  logic [RowBits-1:0] write_row_i,
  input  logic [Width-1:0] write_data_i,
  input  logic [Width-1:0] mask_i
);
  logic [Width-1:0] memory [Rows] /* verilator public_flat_rd */;
  logic [Width-1:0] data_q;
  assign data_o = data_q;

`ifdef SYNTHESIS
  logic [Width-1:0] memory_q, bypass_q;
  for (genvar b = 0; b < Width; b += 8) begin : gen_byte
    always_ff @(posedge clk_i)
      if (write_i && (!Masked || mask_i[b])) memory[write_row_i][b +: 8] <= write_data_i[b +: 8];
  end
  always_ff @(posedge clk_i)
    if (read_i) begin
      memory_q <= memory[read_row_i];
      bypass_q <= (write_i && write_row_i == read_row_i) ? (Masked ? mask_i : {Width{1'b1}}) : '0;
    end
  logic [Width-1:0] written_q;
  always_ff @(posedge clk_i) if (read_i) written_q <= write_data_i;
  assign data_q = (memory_q & ~bypass_q) | (written_q & bypass_q);
`else
  initial for (int i = 0; i < Rows; i++) memory[i] = '0;
  // Blocking, because the read below must see the write.
  /* verilator lint_off BLKSEQ */
  if (Masked) begin : gen_masked
    always_ff @(posedge clk_i) begin
      if (write_i) memory[write_row_i] = (memory[write_row_i] & ~mask_i) | (write_data_i & mask_i);
      if (read_i) data_q <= memory[read_row_i];
    end
  end else begin : gen_whole
    logic unused;
    assign unused = ^mask_i;
    always_ff @(posedge clk_i) begin
      if (write_i) memory[write_row_i] = write_data_i;
      if (read_i) data_q <= memory[read_row_i];
    end
  end
  /* verilator lint_on BLKSEQ */
`endif
endmodule
