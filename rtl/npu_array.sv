// The weight-stationary systolic array: i8 activations move right, i32 sums move down.
// Interface: row_valid_i with row_i in cycle t puts a row of activations into column 0 (array row r in t+1+r); its sums of all
// columns, deskewed, are on sums_o in t + Rows * Stages + Cols + Pipeline - 1. enable_i must be high from a row's entry until its
// sums have left; while it is low, nothing moves.
// Weights: load_valid_i in cycle t writes load_row_i as row 0, 1, .. of shadow set load_set_i; load_start_i marks row 0 and
// load_rows_i says how many follow in the next cycles; the array's other rows of that set become zero in their turn.
// swap_i in cycle t, with the first row of a multiply, makes shadow set swap_set_i the active one, diagonal by diagonal.
// Reset: no swap and no load under way; weights are zero at the start.
//
// One process over flat arrays with rolled loops: Verilator's C++ compiler turns them into vector code.
module npu_array #(
  localparam int unsigned Rows = npu_pkg::ArrayRows,
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1,
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1,
  localparam int unsigned RowCountBits = $clog2(Rows + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic enable_i,
  input  logic [Rows*8-1:0] row_i,
  input  logic swap_i,
  input  logic [SetBits-1:0] swap_set_i,
  input  logic load_valid_i,
  input  logic load_start_i,
  input  logic [SetBits-1:0] load_set_i,
  input  logic [RowCountBits-1:0] load_rows_i,
  input  logic [Cols*8-1:0] load_row_i,
  output logic [Cols*32-1:0] sums_o
);
  localparam int unsigned Cells = Rows * Cols;
  localparam int unsigned Diagonals = Rows + Cols - 1;
  localparam bit Direct = npu_pkg::ArrayPipeline == 1;   // the sums leave in the cycle in which the last row adds
  // An integer row adds in one cycle; what its elements take more (ArrayStages) the sums wait here.
  localparam int unsigned Wait = (npu_pkg::ArrayStages - 1) * Rows;
  localparam int unsigned Deskew = (Direct ? Cols : Cols + npu_pkg::ArrayPipeline - 2) + Wait;

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
  logic [7:0] weight [Cells];
  logic [7:0] shadow [Shadows*Cells];
  logic [7:0] activation [Cells];
  logic [31:0] sum [Cells];
  logic [7:0] skew [Rows*Rows];          // stage s, row r: on its way to column 0
  logic [31:0] deskew [Deskew*Cols];     // stage s, column c
  logic [Diagonals-1:0] swapping;        // diagonal d takes its new weights at the end of this cycle
  logic [SetBits-1:0] swap_set [Diagonals];
  logic [Rows-1:0] loading;              // array row r is written at the end of this cycle
  logic [SetBits-1:0] loading_set [Rows];
  logic [RowCountBits-1:0] loading_rows [Rows];
  logic [Cols*32-1:0] sums;

  assign sums_o = sums;

`ifndef SYNTHESIS
  initial begin
    for (int i = 0; i < Cells; i++) weight[i] = '0;
    for (int i = 0; i < Shadows * Cells; i++) shadow[i] = '0;
  end
`endif

  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i or negedge rst_ni) begin
    int unsigned i, r, c, d;
    logic [Cols*32-1:0] sums_next;
    i = 0; r = 0; c = 0; d = 0;
    if (!rst_ni) begin
      swapping = '0;
      loading = '0;
      sums <= '0;
    end else begin
      if (enable_i) begin
        // Sums out of the last array row, then everything one step on, the last stage first.
        for (i = Deskew*Cols - 1; i >= Cols; i--) deskew[i] = deskew[i-Cols];
        if (!Direct) for (c = 0; c < Cols; c++) deskew[c*Cols+c] = sum[(Rows-1)*Cols+c];
        for (i = Cells - 1; i >= Cols; i--) sum[i] = sum[i-Cols] + product(activation[i], weight[i]);
        for (i = 0; i < Cols; i++) sum[i] = product(activation[i], weight[i]);
        if (Direct) for (c = 0; c < Cols; c++) deskew[c*Cols+c] = sum[(Rows-1)*Cols+c];
        for (i = Cells - 1; i >= 1; i--) activation[i] = activation[i-1];
        for (r = 1; r < Rows; r++) activation[r*Cols] = skew[(Rows-1)*Rows+r];
        activation[0] = row_i[7:0];
        for (i = Rows*Rows - 1; i >= Rows; i--) skew[i] = skew[i-Rows];
        for (r = 1; r < Rows; r++) skew[(Rows-r)*Rows+r] = row_i[8*r +: 8];
        sums_next = '0;
        for (c = 0; c < Cols; c++) sums_next[32*c +: 32] = deskew[(Deskew-1)*Cols+c];
        sums <= sums_next;
      end

      // Weights into the shadow sets: array row r one cycle after row r-1. A row beyond the stream is zero.
      loading[0] = load_start_i;
      if (load_start_i) begin
        loading_set[0] = load_set_i;
        loading_rows[0] = load_rows_i;
      end
      if (|loading) begin
        for (r = 0; r < Rows; r++)
          if (loading[r])
            for (c = 0; c < Cols; c++)
              shadow[32'(loading_set[r])*Cells + r*Cols + c] =
                  (load_valid_i && r < 32'(loading_rows[r])) ? load_row_i[8*c +: 8] : 8'd0;
        for (r = Rows - 1; r >= 1; r--) begin
          loading_set[r] = loading_set[r-1];
          loading_rows[r] = loading_rows[r-1];
        end
        loading = loading << 1;
      end

      // The change of sets travels with the first row that uses the new one.
      swapping[0] = swap_i;
      if (swap_i) swap_set[0] = swap_set_i;
      if (|swapping) begin
        for (d = 0; d < Diagonals; d++)
          if (swapping[d])
            for (r = 0; r < Rows; r++)
              if (r <= d && d - r < Cols)
                weight[r*Cols + d - r] = shadow[32'(swap_set[d])*Cells + r*Cols + d - r];
        for (d = Diagonals - 1; d >= 1; d--) swap_set[d] = swap_set[d-1];
        swapping = swapping << 1;
      end
    end
  end
  /* verilator lint_on BLKSEQ */
endmodule
