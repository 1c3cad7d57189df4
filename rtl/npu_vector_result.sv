// The results of the vector unit: collects the passes of a row, and sends its beats down the rest of the pipeline to memory.
// Interface: valid_i with elements_i in cycle t: the elements of pass pass_i of a row; with row_end_i they are the row's last, and the row
// goes to row target_i of the scratchpad in beats_i beats (its element's bytes), or of the accumulator if to_sums_i: beat k
// is on write_o or sums_write_o in t+k+VectorPipeline-2. done_i with pace_i and post_i: an instruction's last row was computed;
// complete_o with post_o comes in t+pace_i-1+VectorPipeline-2. Rows that are written come at least their beats apart.
// Reset: nothing under way.
module npu_vector_result #(
  localparam int unsigned Beats = npu_pkg::VectorBeatsD,
  localparam bit Sums = npu_pkg::VectorWritesAcc,
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Lanes = npu_pkg::Lanes,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned PaceBits = npu_pkg::PaceBits,
  localparam int unsigned SumBits = npu_pkg::AccRowBits,
  localparam int unsigned SumRowBits = npu_pkg::AccRowNumberBits,
  localparam int unsigned PadRowBits = npu_pkg::PadRowBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic valid_i,
  input  logic row_end_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [npu_pkg::PassBits-1:0] pass_i,
  input  logic [Lanes*32-1:0] elements_i,
  input  logic [PaceBits-1:0] beats_i,
  input  logic [PadRowBits-1:0] target_i,
  input  logic [SumRowBits-1:0] sums_target_i,
  input  logic to_sums_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic done_i,
  input  logic [PaceBits-1:0] pace_i,
  input  logic [npu_pkg::Units-1:0] post_i,
  output logic write_o,
  output logic [PadRowBits-1:0] write_row_o,
  output logic [RowBits-1:0] write_data_o,
  output logic sums_write_o,
  output logic [SumRowBits-1:0] sums_write_row_o,
  output logic [SumBits-1:0] sums_write_data_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  localparam int unsigned Stages = npu_pkg::VectorPipeline - 2;

  // The whole row: the passes before are kept.
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Cols*32-1:0] elements;
  /* verilator lint_on UNUSEDSIGNAL */
  if (npu_pkg::Passes == 1) begin : gen_whole
    assign elements = elements_i;
  end else begin : gen_passes
    logic [(Cols-Lanes)*32-1:0] earlier_q;
    assign elements = {elements_i, earlier_q};
    for (genvar p = 0; p < npu_pkg::Passes - 1; p++) begin : gen_pass
      always_ff @(posedge clk_i or negedge rst_ni)
        if (!rst_ni) earlier_q[p*Lanes*32 +: Lanes*32] <= '0;
        else if (valid_i && 32'(pass_i) == p) earlier_q[p*Lanes*32 +: Lanes*32] <= elements_i;
    end
  end

  // As bytes.
  logic [Beats*RowBits-1:0] bytes;
  logic [RowBits-1:0] as_bytes;
  for (genvar c = 0; c < Cols; c++) begin : gen_byte
    assign as_bytes[8*c +: 8] = elements[32*c +: 8];
  end
  if (Beats == 1) begin : gen_bytes
    assign bytes = as_bytes;
  end else begin : gen_types
    logic [2*RowBits-1:0] as_halves;
    for (genvar c = 0; c < Cols; c++) begin : gen_half
      assign as_halves[16*c +: 16] = elements[32*c +: 16];
    end
    always_comb
      if (32'(beats_i) == 1) bytes = (Beats*RowBits)'(as_bytes);
      else if (32'(beats_i) == 2) bytes = (Beats*RowBits)'(as_halves);
      else bytes = (Beats*RowBits)'(elements);
  end

  // The beats, one a cycle.
  logic send, write;
  logic [PadRowBits-1:0] row;
  logic [RowBits-1:0] data;
  assign send = valid_i && row_end_i;
  if (Beats == 1) begin : gen_beat
    assign write = send && !(Sums && to_sums_i);
    assign row = target_i;
    assign data = bytes;
  end else begin : gen_beats
    logic [(Beats-1)*RowBits-1:0] rest_q;
    logic [PaceBits-1:0] left_q;
    logic [PadRowBits-1:0] row_q;
    assign write = (send && !(Sums && to_sums_i)) || left_q != '0;
    assign row = send ? target_i : row_q;
    assign data = send ? bytes[RowBits-1:0] : rest_q[RowBits-1:0];
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) begin
        rest_q <= '0;
        left_q <= '0;
        row_q <= '0;
      end else if (send) begin
        rest_q <= bytes[Beats*RowBits-1:RowBits];
        left_q <= (Sums && to_sums_i) ? '0 : beats_i - 1'b1;
        row_q <= target_i + 1'b1;
      end else if (left_q != '0) begin
        rest_q <= rest_q >> RowBits;
        left_q <= left_q - 1'b1;
        row_q <= row_q + 1'b1;
      end
`ifndef SYNTHESIS
    always_ff @(posedge clk_i) if (rst_ni) assert (!(send && left_q != '0)) else $error("a row before the last one's beats are gone");
`endif
  end

  // The end of an instruction.
  logic complete;
  logic [npu_pkg::Units-1:0] post;
  if (PaceBits == 1) begin : gen_complete
    logic unused;
    assign unused = ^pace_i;
    assign complete = done_i;
    assign post = post_i;
  end else begin : gen_wait
    logic [PaceBits-1:0] wait_q;
    logic [npu_pkg::Units-1:0] post_q;
    logic now;
    assign now = done_i && pace_i == PaceBits'(1);
    assign complete = now || wait_q == PaceBits'(1);
    assign post = now ? post_i : post_q;
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) begin
        wait_q <= '0;
        post_q <= '0;
      end else if (done_i) begin
        wait_q <= pace_i - 1'b1;
        post_q <= post_i;
      end else if (wait_q != '0) wait_q <= wait_q - 1'b1;
  end

  npu_delay #(.Width(2 + npu_pkg::Units + PadRowBits + RowBits), .Cycles(Stages)) u_results (
    .clk_i, .rst_ni, .d_i({write, complete, post, row, data}),
    .q_o({write_o, complete_o, post_o, write_row_o, write_data_o})
  );
  if (Sums) begin : gen_sums
    npu_delay #(.Width(1 + SumRowBits + SumBits), .Cycles(Stages)) u_sums (
      .clk_i, .rst_ni, .d_i({send && to_sums_i, sums_target_i, elements}),
      .q_o({sums_write_o, sums_write_row_o, sums_write_data_o})
    );
  end else begin : gen_no_sums
    assign sums_write_o = 1'b0;
    assign sums_write_row_o = '0;
    assign sums_write_data_o = '0;
  end
endmodule
