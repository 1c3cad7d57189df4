// The table of address generators (TIMING.md section 2).
// Interface: set_i in cycle t sets one level, seen from t+1 on; without keep_i the levels above are reset. Products are made then,
// so that reading (three ports, combinational) needs adders only. Reset: every level is one row, stride 0, window [0, 1).
module npu_generators #(
  localparam int unsigned Reads = 3
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic set_i,
  input  logic [npu_pkg::LevelBits-1:0] level_i,
  input  logic keep_i,
  input  logic has_window_i,
  input  logic [npu_pkg::CountBits-1:0] count_i,
  input  logic [31:0] stride_i, low_i, high_i,
  input  logic [Reads*npu_pkg::GeneratorBits-1:0] read_i,   // port 0 also names the generator that set_i changes
  output npu_pkg::extent_t extent0_o, extent1_o, extent2_o
);
  localparam int unsigned Levels = npu_pkg::Levels;
  localparam int unsigned CountBits = npu_pkg::CountBits;
  localparam int unsigned BoundBits = npu_pkg::BoundBits;
  localparam int unsigned StepBits = npu_pkg::StepBits;

  typedef struct packed {
    logic [CountBits-1:0] count;
    logic [BoundBits-1:0] low, high;                   // clamped to 0 .. count
    logic [31:0] stride, span, first, last_in_window;  // span: (count - 1) * stride
  } level_t;
  localparam int unsigned LevelWidth = CountBits + 2 * BoundBits + 4 * 32;  // of a level_t
  localparam int unsigned EntryBits = Levels * LevelWidth + StepBits;

  // A level that has not been set.
  level_t unset;
  always_comb begin
    unset = '0;
    unset.count = CountBits'(1);
    unset.high = BoundBits'(1);
  end
  logic [EntryBits-1:0] unset_entry;
  assign unset_entry = {StepBits'(1), {Levels{unset}}};

  // The level that is being set.
  level_t set;
  logic [31:0] limit;
  logic signed [31:0] low_signed, high_signed;
  assign low_signed = $signed(low_i);
  assign high_signed = $signed(high_i);
  assign limit = 32'(count_i);
  always_comb begin
    set.count = count_i;
    set.low = '0;
    set.high = BoundBits'(limit);
    if (has_window_i) begin
      if (low_signed > 0) set.low = (low_i > limit) ? BoundBits'(limit) : BoundBits'(low_i);
      if (high_signed <= 0) set.high = '0;
      else if (high_i < limit) set.high = BoundBits'(high_i);
    end
    set.stride = stride_i;
    set.span = (limit - 32'd1) * stride_i;
    set.first = 32'(set.low) * stride_i;
    set.last_in_window = (32'(set.high) - 32'd1) * stride_i;
  end

  logic [EntryBits-1:0] table_q [npu_pkg::Generators];
  logic [EntryBits-1:0] entry0, entry1, entry2, entry_d;
  assign entry0 = table_q[read_i[0 +: npu_pkg::GeneratorBits]];
  assign entry1 = table_q[read_i[npu_pkg::GeneratorBits +: npu_pkg::GeneratorBits]];
  assign entry2 = table_q[read_i[2*npu_pkg::GeneratorBits +: npu_pkg::GeneratorBits]];

  // The changed entry, and its number of rows.
  for (genvar l = 0; l < Levels; l++) begin : gen_set
    logic [LevelWidth-1:0] old, after;  // a level_t each: yosys knows no structs in generate blocks
    logic [CountBits-1:0] count;        // the first field of `after`
    logic above;                   // this level is above the one that is set
    logic [StepBits-1:0] product;  // of the counts of the levels up to this one
    assign old = entry0[l*LevelWidth +: LevelWidth];
    assign after = (32'(level_i) == l) ? set : (above && !keep_i) ? unset : old;
    assign entry_d[l*LevelWidth +: LevelWidth] = after;
    assign count = after[LevelWidth-1 -: CountBits];
    if (l == 0) begin : gen_first
      assign above = 1'b0;
      assign product = StepBits'(count);
    end else begin : gen_next
      assign above = 32'(level_i) < l;
      assign product = gen_set[l-1].product * StepBits'(count);
    end
  end
  assign entry_d[EntryBits-1 -: StepBits] = gen_set[Levels-1].product;

  for (genvar g = 0; g < npu_pkg::Generators; g++) begin : gen_entry
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) table_q[g] <= unset_entry;
      else if (set_i && 32'(read_i[0 +: npu_pkg::GeneratorBits]) == g) table_q[g] <= entry_d;
  end

  npu_extent #(.LevelWidth(LevelWidth)) u_extent0 (.entry_i(entry0), .extent_o(extent0_o));
  npu_extent #(.LevelWidth(LevelWidth)) u_extent1 (.entry_i(entry1), .extent_o(extent1_o));
  npu_extent #(.LevelWidth(LevelWidth)) u_extent2 (.entry_i(entry2), .extent_o(extent2_o));
endmodule
