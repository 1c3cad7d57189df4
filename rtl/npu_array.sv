// The weight-stationary systolic array: activations move right, sums move down, Stages cycles from row to row.
// Interface: row_valid_i with row_i in cycle t puts a row of activations into column 0 (array row r in t+1+r*Stages); its sums of
// all columns, deskewed, are on sums_o in t + Rows * Stages + Cols + Pipeline - 1. enable_i must be high from a row's entry until its
// sums have left; while it is low, nothing moves. row_float_i: the row holds floats, and so do the weights that it meets.
// Factors are as npu_operands makes them. A sum is an i32, or an f32 that is rounded once a product.
// Weights: load_valid_i in cycle t writes load_row_i as row load_number_i of shadow set load_set_i; rows come in order, from 0 on;
// after the one with load_last_i the set's further rows become empty, a row a cycle: they add nothing.
// swap_i in cycle t, with the first row of a multiply, makes shadow set swap_set_i the active one, diagonal by diagonal.
// Reset: no swap, row or load under way; all weights are zero.
//
// One process over flat arrays with rolled loops: Verilator's C++ compiler turns those of integers into vector code. Indices are of loops'
// variables only: of any other, yosys makes a case over the whole array. A processing element's registers stand behind its sum; a synthesis
// tool may retime them.
module npu_array #(
  localparam int unsigned Rows = npu_pkg::ArrayRows,
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Stages = npu_pkg::ArrayStages,
  localparam int unsigned Operand = npu_pkg::OperandBits,
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1,
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic enable_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic row_valid_i,
  input  logic row_float_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [Rows*Operand-1:0] row_i,
  input  logic swap_i,
  input  logic [SetBits-1:0] swap_set_i,
  input  logic load_valid_i,
  input  logic load_last_i,
  input  logic [SetBits-1:0] load_set_i,
  input  logic [RowBits-1:0] load_number_i,
  input  logic [Cols*Operand-1:0] load_row_i,
  output logic [Cols*32-1:0] sums_o
);
  localparam int unsigned Cells = Rows * Cols;
  localparam int unsigned Diagonals = (Rows - 1) * Stages + Cols;   // of cells that do the same in the same cycle
  localparam int unsigned Skew = (Rows > 1) ? (Rows - 1) * Stages : 1;
  localparam bit Direct = npu_pkg::ArrayPipeline == 1;   // the sums leave in the cycle in which the last row's are there
  localparam int unsigned Deskew = Direct ? Cols : Cols + npu_pkg::ArrayPipeline - 2;
  localparam int unsigned Last = (Rows * Stages - 1) * Cols;   // the last stage of the last row

  // Product of two i8 given as bytes. Both bodies are the same function; the first is what C++ compilers vectorise.
  function automatic logic [31:0] product(input logic [7:0] a, input logic [7:0] b);
`ifdef SYNTHESIS
    logic signed [15:0] p;
    p = $signed(a) * $signed(b);
    product = {{16{p[15]}}, p};
`else
    product = ((32'(a) ^ 32'h80) - 32'h80) * ((32'(b) ^ 32'h80) - 32'h80);
`endif
  endfunction

  // The arrays are state of the process alone; index of a cell: row * Cols + column.
  logic [Operand-1:0] weight [Cells];
  logic [Operand-1:0] shadow [Shadows*Cells];
  logic [Operand-1:0] activation [Cells];
  logic [31:0] sum [Stages*Cells];       // stage row * Stages + s: a cell's sum, s cycles old
  logic [Operand-1:0] skew [Skew*Rows];  // stage s, row r: on its way to column 0
  logic [31:0] deskew [Deskew*Cols];     // stage s, column c
  logic [Diagonals-1:0] swapping;        // diagonal d takes its new weights at the end of this cycle
  logic [SetBits-1:0] swap_set [Diagonals];
  logic [Shadows*Rows-1:0] full;         // the shadow sets' rows that are not empty
  logic [Rows-1:0] clearing;             // array row r becomes empty at the end of this cycle
  logic [SetBits-1:0] clearing_set [Rows];
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Diagonals-1:0] floats;          // diagonal d has a row of floats
  logic [Cells-1:0] counts;              // the cell's weight is of a row that is not empty
  /* verilator lint_on UNUSEDSIGNAL */
  logic [Cols*32-1:0] sums;

  assign sums_o = sums;

  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i or negedge rst_ni) begin
    int unsigned i, r, c, d, s;
    logic [Cols*32-1:0] sums_next;
    logic [31:0] above;
    logic [Operand-1:0] a, w;
    i = 0; r = 0; c = 0; d = 0; s = 0;
    above = '0; a = '0; w = '0;
    if (!rst_ni) begin
      swapping = '0;
      clearing = '0;
      full = '0;
      floats = '0;
      counts = '0;
      for (i = 0; i < Cells; i++) weight[i] = '0;
      sums <= '0;
    end else begin
      if (enable_i) begin
        // Sums out of the last stage, then everything one step on, the last stage first.
        for (i = Deskew*Cols - 1; i >= Cols; i--) deskew[i] = deskew[i-Cols];
        if (!Direct) for (c = 0; c < Cols; c++) deskew[c*Cols+c] = sum[Last+c];
        if (npu_pkg::ArrayFloats ? floats != '0 : 1'b0) begin
          for (r = Rows; r >= 1; r--) begin
            for (i = r*Stages*Cols - 1; i > (r-1)*Stages*Cols + Cols - 1; i--) sum[i] = sum[i-Cols];
            for (c = 0; c < Cols; c++) begin
              above = r == 1 ? '0 : sum[((r==1) ? 0 : (r-1)*Stages-1)*Cols+c];
              a = activation[(r-1)*Cols+c];
              w = weight[(r-1)*Cols+c];
              if (!floats[(r-1)*Stages+c]) above = above + product(a[7:0], w[7:0]);
              else if (counts[(r-1)*Cols+c]) above = fp_f32::fma(32'(a) << (32 - Operand), 32'(w) << (32 - Operand), above);
              sum[(r-1)*Stages*Cols+c] = above;
            end
          end
        end else if (Stages == 1) begin
          for (i = Cells - 1; i >= Cols; i--) sum[i] = sum[i-Cols] + product(activation[i][7:0], weight[i][7:0]);
          for (i = 0; i < Cols; i++) sum[i] = product(activation[i][7:0], weight[i][7:0]);
        end else begin
          for (r = Rows; r >= 2; r--) begin
            for (i = (r*Stages-1)*Cols + Cols - 1; i > (r-1)*Stages*Cols + Cols - 1; i--) sum[i] = sum[i-Cols];
            for (c = 0; c < Cols; c++)
              sum[(r-1)*Stages*Cols+c] = sum[((r-1)*Stages-1)*Cols+c] + product(activation[(r-1)*Cols+c][7:0], weight[(r-1)*Cols+c][7:0]);
          end
          for (i = Stages*Cols - 1; i >= Cols; i--) sum[i] = sum[i-Cols];
          for (c = 0; c < Cols; c++) sum[c] = product(activation[c][7:0], weight[c][7:0]);
        end
        if (Direct) for (c = 0; c < Cols; c++) deskew[c*Cols+c] = sum[Last+c];
        if (npu_pkg::ArrayFloats) floats = {floats[Diagonals-2:0], row_valid_i && row_float_i};
        for (i = Cells - 1; i >= 1; i--) activation[i] = activation[i-1];
        for (r = 1; r < Rows; r++) activation[r*Cols] = skew[(Skew-1)*Rows+r];
        activation[0] = row_i[Operand-1:0];
        for (i = Skew*Rows - 1; i >= Rows; i--) skew[i] = skew[i-Rows];
        for (r = 1; r < Rows; r++) skew[(Skew-r*Stages)*Rows+r] = row_i[Operand*r +: Operand];
        sums_next = '0;
        for (c = 0; c < Cols; c++) sums_next[32*c +: 32] = deskew[(Deskew-1)*Cols+c];
        sums <= sums_next;
      end

      // Weights into the shadow sets.
      if (|clearing) begin
        for (r = 0; r < Rows; r++)
          if (clearing[r]) full[32'(clearing_set[r])*Rows + r] = 1'b0;
        for (r = Rows - 1; r >= 1; r--) clearing_set[r] = clearing_set[r-1];
        clearing = clearing << 1;
      end
      if (load_valid_i) begin
        for (s = 0; s < Shadows*Rows; s++)
          if (s == 32'(load_set_i)*Rows + 32'(load_number_i)) begin
            full[s] = 1'b1;
            for (c = 0; c < Cols; c++) shadow[s*Cols+c] = load_row_i[Operand*c +: Operand];
          end
        if (load_last_i && 32'(load_number_i) < Rows - 1) begin
          clearing[RowBits'(load_number_i + 1'b1)] = 1'b1;
          clearing_set[RowBits'(load_number_i + 1'b1)] = load_set_i;
        end
      end

      // The change of sets travels with the first row that uses the new one.
      swapping[0] = swap_i;
      if (swap_i) swap_set[0] = swap_set_i;
      if (|swapping) begin
        for (d = 0; d < Diagonals; d++)
          if (swapping[d])
            for (s = 0; s < Shadows; s++)
              for (r = 0; r < Rows; r++)
                if (r * Stages <= d && d - r * Stages < Cols && s == 32'(swap_set[d])) begin
                  if (npu_pkg::ArrayFloats) counts[r*Cols+d-r*Stages] = full[s*Rows+r];
                  weight[r*Cols+d-r*Stages] = full[s*Rows+r] ? shadow[s*Cells+r*Cols+d-r*Stages] : '0;
                end
        for (d = Diagonals - 1; d >= 1; d--) swap_set[d] = swap_set[d-1];
        swapping = swapping << 1;
      end
    end
  end
  /* verilator lint_on BLKSEQ */
endmodule
