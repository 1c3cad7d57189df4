// The token counters of every ordered pair of units (TIMING.md section 4).
// Interface: take_i slice u: the units whose tokens unit u takes in cycle t; post_i slice u: the units for which it reserves room
// in t; complete_i slice u: those to which it posts in t. Effects are seen from t+1 on. there_o slice u: the units that have a token for u; room_o slice u: the units to which u has
// room to post. Reset: no tokens.
module npu_tokens #(
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned Bits = npu_pkg::TokenBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Units*Units-1:0] take_i,
  input  logic [Units*Units-1:0] post_i,
  input  logic [Units*Units-1:0] complete_i,
  output logic [Units*Units-1:0] there_o,
  output logic [Units*Units-1:0] room_o
);
  for (genvar from = 0; from < Units; from++) begin : gen_from
    for (genvar to = 0; to < Units; to++) begin : gen_to
      logic [Bits-1:0] tokens_q, reserved_q;
      logic take, post, complete;
      assign take = take_i[to*Units+from];
      assign post = post_i[from*Units+to];
      assign complete = complete_i[from*Units+to];
      assign there_o[to*Units+from] = tokens_q != '0;
      assign room_o[from*Units+to] = reserved_q < Bits'(npu_pkg::TokenMax);
      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          tokens_q <= '0;
          reserved_q <= '0;
        end else begin
          tokens_q <= tokens_q + Bits'(complete) - Bits'(take);
          reserved_q <= reserved_q + Bits'(post) - Bits'(take);
        end
      end
`ifndef SYNTHESIS
      always_ff @(posedge clk_i)
        if (rst_ni) begin
          assert (!take || tokens_q != '0) else $error("a token is taken that is not there");
          assert (!post || reserved_q < Bits'(npu_pkg::TokenMax)) else $error("a post without room");
          assert (!complete || post || tokens_q < reserved_q) else $error("a token without a place");
        end
`endif
    end
  end
endmodule
