// npu_tokens: a token that is posted is there until it is taken, and there are never more than TokenMax of a pair of units, those
// under way included: none is lost, none overflows. One pair of units posts and takes; the others see none of it.
module tokens #(
  parameter int unsigned From = 1,
  parameter int unsigned To = 3,
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned Pairs = Units * Units,
  localparam int unsigned CountBits = npu_pkg::TokenBits + 1
) (
  input logic clk_i,
  input logic rst_ni,
  input logic take_i,
  input logic post_i,
  input logic complete_i
);
  localparam int unsigned Pair = From * Units + To;    // its place in the sender's slice
  localparam int unsigned Slice = To * Units + From;   // in the receiver's
  logic [Pairs-1:0] there, room;
  logic has, may;
  npu_tokens u_tokens (
    .clk_i, .rst_ni, .take_i(Pairs'(take_i) << Slice), .post_i(Pairs'(post_i) << Pair), .complete_i(Pairs'(complete_i) << Pair),
    .there_o(there), .room_o(room)
  );
  assign has = there[Slice];
  assign may = room[Pair];

  // The units' part of the contract. The sequencer completes in the cycle in which it reserves.
  logic [CountBits-1:0] under_way_q, posted_q;
  initial assume (!rst_ni);
  always_comb
    if (rst_ni) assume ((!take_i || has) && (!post_i || may) && (!complete_i || post_i || under_way_q != '0));
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) begin
      under_way_q <= '0;
      posted_q <= '0;
    end else begin
      under_way_q <= under_way_q + CountBits'(post_i) - CountBits'(complete_i);
      posted_q <= posted_q + CountBits'(complete_i) - CountBits'(take_i);
    end

  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert (has == (posted_q != '0));
      assert (may == (under_way_q + posted_q < CountBits'(npu_pkg::TokenMax)));
      assert (under_way_q + posted_q <= CountBits'(npu_pkg::TokenMax));
      assert ((there & ~(Pairs'(1) << Slice)) == '0 && (room | Pairs'(1) << Pair) == '1);
      cover (posted_q == CountBits'(npu_pkg::TokenMax));
      cover (under_way_q == CountBits'(npu_pkg::TokenMax));
    end
endmodule
