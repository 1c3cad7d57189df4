// Steps and sums of a generator from its entry in the table: combinational, adders only.
// Interface: entry_i is {steps, level Levels-1, .., level 0}, a level as npu_generators packs it.
module npu_extent #(
  parameter int unsigned LevelWidth = 8
) (
  input  logic [npu_pkg::Levels*LevelWidth+npu_pkg::StepBits-1:0] entry_i,
  output npu_pkg::extent_t extent_o
);
  localparam int unsigned Levels = npu_pkg::Levels;
  localparam int unsigned CountBits = npu_pkg::CountBits;
  localparam int unsigned BoundBits = npu_pkg::BoundBits;

  logic [Levels-1:0] empty;
  for (genvar l = 0; l < Levels; l++) begin : gen_level
    logic [CountBits-1:0] count;
    logic [BoundBits-1:0] low, high;
    logic [31:0] stride, span, first, last_in_window;
    logic [31:0] spans_below, spans, firsts, lasts;  // sums over the levels up to this one, or below it
    assign {count, low, high, stride, span, first, last_in_window} = entry_i[l*LevelWidth +: LevelWidth];
    if (l == 0) begin : gen_first
      assign spans_below = '0;
      assign firsts = first;
      assign lasts = last_in_window;
    end else begin : gen_next
      assign spans_below = gen_level[l-1].spans;
      assign firsts = gen_level[l-1].firsts + first;
      assign lasts = gen_level[l-1].lasts + last_in_window;
    end
    assign spans = spans_below + span;
    assign empty[l] = low >= high;
    assign extent_o.shape.count[l*CountBits +: CountBits] = count;
    assign extent_o.shape.low[l*BoundBits +: BoundBits] = low;
    assign extent_o.shape.high[l*BoundBits +: BoundBits] = high;
    assign extent_o.shape.delta[l*32 +: 32] = stride - spans_below;
  end
  assign extent_o.steps = entry_i[Levels*LevelWidth +: npu_pkg::StepBits];
  assign extent_o.first = gen_level[Levels-1].firsts;
  assign extent_o.last = gen_level[Levels-1].spans;
  assign extent_o.last_in_window = gen_level[Levels-1].lasts;
  assign extent_o.empty = |empty;
endmodule
