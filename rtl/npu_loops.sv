// The loop stack (TIMING.md section 3).
// Interface: when step_i is high, an instruction executes whose next pc would be next_i; next_o is what it is with loops: at the
// end of the innermost loop back to its first instruction, or, without turns left, out of it and the same for the next one.
// enter_i: the instruction enters a loop of count_i turns from next_i up to end_i. State changes at the end of the cycle. Reset: no loops.
module npu_loops (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic step_i,
  input  logic enter_i,
  input  logic [31:0] count_i,
  input  logic [31:0] end_i,
  input  logic [31:0] next_i,
  output logic [31:0] next_o
);
  localparam int unsigned Depth = npu_pkg::LoopDepth;

  // Level 0 is the outermost loop. A loop asks: are all loops inside it gone, and is this its end?
  logic [Depth-1:0] open_q;
  for (genvar d = 0; d < Depth; d++) begin : gen_level
    logic [31:0] first_q, end_q, turns_q;
    logic is_next, last_turn, ends, again;
    logic inner_gone;         // the loops inside this one end for good here
    /* verilator lint_off UNUSEDSIGNAL */
    logic gone;               // and this one too
    /* verilator lint_on UNUSEDSIGNAL */
    logic [31:0] chosen;      // the next pc, as far as the levels up to this one decide
    assign is_next = enter_i && !open_q[d] && ((d == 0) ? 1'b1 : open_q[(d == 0) ? 0 : d-1]);
    assign last_turn = turns_q == 32'd1;
    assign ends = open_q[d] && next_i == end_q && inner_gone && !enter_i;
    assign again = ends && !last_turn;
    assign gone = inner_gone && (!open_q[d] || (next_i == end_q && last_turn));
    if (d == Depth - 1) begin : gen_innermost
      assign inner_gone = 1'b1;
    end else begin : gen_outer
      assign inner_gone = gen_level[d+1].gone;
    end
    if (d == 0) begin : gen_first
      assign chosen = again ? first_q : next_i;
    end else begin : gen_inner
      assign chosen = again ? first_q : gen_level[d-1].chosen;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        open_q[d] <= 1'b0;
        first_q <= '0;
        end_q <= '0;
        turns_q <= '0;
      end else if (step_i) begin
        if (is_next) begin
          open_q[d] <= 1'b1;
          first_q <= next_i;
          end_q <= end_i;
          turns_q <= count_i;
        end else if (ends) begin
          turns_q <= turns_q - 1'b1;
          if (last_turn) open_q[d] <= 1'b0;
        end
      end
    end
  end
  assign next_o = gen_level[Depth-1].chosen;
endmodule
