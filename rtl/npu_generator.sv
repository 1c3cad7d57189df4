// Walks the rows of an address generator (TIMING.md section 2).
// Interface: load_i in cycle t takes base, shape and window; address_o, inside_o and wraps_o describe row 0 from t+1 on;
// advance_i in cycle x makes them describe the next row from x+1 on. load_i wins over advance_i.
// wraps_o[n]: this row is the last of the group of the lowest n levels (wraps_o[0] is 1, wraps_o[Levels]: last of all).
// Reset: all zero.
module npu_generator (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic load_i,
  input  logic [31:0] base_i,
  input  npu_pkg::shape_t shape_i,
  input  logic window_i,
  input  logic advance_i,
  output logic [31:0] address_o,
  output logic inside_o,
  output logic [npu_pkg::Levels:0] wraps_o
);
  localparam int unsigned Levels = npu_pkg::Levels;
  localparam int unsigned CountBits = npu_pkg::CountBits;
  localparam int unsigned BoundBits = npu_pkg::BoundBits;

  npu_pkg::shape_t shape_q;
  logic window_q;
  logic [31:0] address_q;
  logic [Levels*CountBits-1:0] index_q, index_d;
  logic [Levels-1:0] holds;
  logic [31:0] step;

  assign wraps_o[0] = 1'b1;
  assign step = gen_level[Levels-1].chosen;
  for (genvar l = 0; l < Levels; l++) begin : gen_level
    logic [CountBits-1:0] index;
    logic [BoundBits-1:0] wide;
    logic counts, last;     // this level moves on with the next row; it is at its last index
    logic [31:0] chosen;    // the step, as far as the levels up to this one decide
    assign index = index_q[l*CountBits +: CountBits];
    assign wide = {{(BoundBits-CountBits){1'b0}}, index};
    assign last = index == shape_q.count[l*CountBits +: CountBits] - 1'b1;
    assign wraps_o[l+1] = counts && last;
    assign holds[l] = wide >= shape_q.low[l*BoundBits +: BoundBits] && wide < shape_q.high[l*BoundBits +: BoundBits];
    assign index_d[l*CountBits +: CountBits] = !counts ? index : last ? '0 : index + 1'b1;
    if (l == 0) begin : gen_first
      assign counts = 1'b1;
      assign chosen = shape_q.delta[31:0];
    end else begin : gen_next
      assign counts = gen_level[l-1].counts && gen_level[l-1].last;
      assign chosen = counts ? shape_q.delta[l*32 +: 32] : gen_level[l-1].chosen;
    end
  end

  assign address_o = address_q;
  assign inside_o = !window_q || (&holds);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      shape_q <= '0;
      window_q <= 1'b0;
      address_q <= '0;
      index_q <= '0;
    end else if (load_i) begin
      shape_q <= shape_i;
      window_q <= window_i;
      address_q <= base_i;
      index_q <= '0;
    end else if (advance_i) begin
      address_q <= address_q + step;
      index_q <= index_d;
    end
  end
endmodule
