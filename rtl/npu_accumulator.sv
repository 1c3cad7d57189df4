// The accumulator: contiguous banks of rows of i32, each with one read and one write port.
// Interface: read port k in cycle t gives data_o slice k in t+1: 0 matrix, 1 and 2 vector. Both units write whole rows; what is written in
// t is seen by reads of t. The issue arbiter keeps two users from meeting at a bank's port. Reset: contents zero at the start.
module npu_accumulator #(
  localparam int unsigned Reads = 3,
  localparam int unsigned RowNumberBits = npu_pkg::AccRowNumberBits,
  localparam int unsigned RowBits = npu_pkg::AccRowBits
) (
  input  logic clk_i,
  input  logic [Reads-1:0] read_i,
  input  logic [Reads*RowNumberBits-1:0] read_row_i,
  output logic [Reads*RowBits-1:0] data_o,
  input  logic matrix_write_i,
  input  logic [RowNumberBits-1:0] matrix_row_i,
  input  logic [RowBits-1:0] matrix_data_i,
  input  logic vector_write_i,
  input  logic [RowNumberBits-1:0] vector_row_i,
  input  logic [RowBits-1:0] vector_data_i
);
  localparam int unsigned Banks = npu_pkg::AccBanks;
  localparam int unsigned BankBits = (Banks > 1) ? $clog2(Banks) : 1;
  localparam int unsigned PlaceBits = $clog2(npu_pkg::AccBankRows);

  function automatic logic [BankBits-1:0] bank_of(input logic [RowNumberBits-1:0] row);
    bank_of = BankBits'(row >> npu_pkg::AccBankShift);
  endfunction

  logic [Banks-1:0] hit0, hit1, hit2, by_matrix, by_vector;
  logic [RowBits-1:0] data [Banks];
  logic [RowNumberBits-1:0] row0, row1, row2;
  assign row0 = read_row_i[RowNumberBits-1:0];
  assign row1 = read_row_i[2*RowNumberBits-1:RowNumberBits];
  assign row2 = read_row_i[3*RowNumberBits-1:2*RowNumberBits];

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    assign hit0[b] = read_i[0] && bank_of(row0) == BankBits'(b);
    assign hit1[b] = read_i[1] && bank_of(row1) == BankBits'(b);
    assign hit2[b] = npu_pkg::VectorReadsAccB && read_i[2] && bank_of(row2) == BankBits'(b);
    assign by_matrix[b] = matrix_write_i && bank_of(matrix_row_i) == BankBits'(b);
    assign by_vector[b] = npu_pkg::VectorWritesAcc && vector_write_i && bank_of(vector_row_i) == BankBits'(b);
    npu_sram #(.Rows(npu_pkg::AccBankRows), .Width(RowBits), .Masked(1'b0)) u_memory (
      .clk_i,
      .read_i(hit0[b] || hit1[b] || hit2[b]),
      .read_row_i(hit2[b] ? PlaceBits'(row2) : hit1[b] ? PlaceBits'(row1) : PlaceBits'(row0)), .data_o(data[b]),
      .write_i(by_matrix[b] || by_vector[b]), .write_row_i(by_vector[b] ? PlaceBits'(vector_row_i) : PlaceBits'(matrix_row_i)),
      .write_data_i(by_vector[b] ? vector_data_i : matrix_data_i), .mask_i('1)
    );
  end

  for (genvar k = 0; k < Reads; k++) begin : gen_read
    logic [BankBits-1:0] bank_q;
    always_ff @(posedge clk_i) if (read_i[k]) bank_q <= bank_of(read_row_i[k*RowNumberBits +: RowNumberBits]);
    assign data_o[k*RowBits +: RowBits] = data[bank_q];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    assert ((hit0 & (hit1 | hit2)) == '0) else $error("matrix and vector read one bank");
    assert ((hit1 & hit2) == '0) else $error("both sources of the vector unit read one bank");
    assert ((by_matrix & by_vector) == '0) else $error("matrix and vector write to one bank");
  end
`endif
endmodule
