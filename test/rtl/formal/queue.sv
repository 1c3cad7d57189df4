// npu_queue: what was pushed comes out once, in order, however pushes and pops fall; no more than Depth are inside.
module queue #(
  parameter int unsigned Depth = 4,
  localparam int unsigned Width = 2,
  localparam int unsigned CountBits = 8   // more than the check has cycles
) (
  input logic clk_i,
  input logic rst_ni,
  input logic push_i,
  input logic pop_i,
  input logic [Width-1:0] data_i
);
  logic valid, full;
  logic [Width-1:0] head;
  npu_queue #(.Width(Width), .Depth(Depth)) u_queue (
    .clk_i, .rst_ni, .push_i, .data_i, .pop_i, .valid_o(valid), .full_o(full), .head_o(head)
  );

  // The caller's part of the contract.
  initial assume (!rst_ni);
  always_comb if (rst_ni) assume (!(push_i && full) && !(pop_i && !valid));

  // Any one of the items, followed on its way.
  (* anyconst *) logic [CountBits-1:0] followed;
  logic [CountBits-1:0] pushed_q, popped_q;
  logic [Width-1:0] item_q;
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) begin
      pushed_q <= '0;
      popped_q <= '0;
    end else begin
      if (push_i) pushed_q <= pushed_q + 1'b1;
      if (pop_i) popped_q <= popped_q + 1'b1;
    end
  always_ff @(posedge clk_i) if (push_i && pushed_q == followed) item_q <= data_i;

  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert (valid == (pushed_q != popped_q));
      assert (full == (pushed_q - popped_q == CountBits'(Depth)));
      assert (pushed_q - popped_q <= CountBits'(Depth));
      if (popped_q == followed && pushed_q > followed) assert (head == item_q);
      // The places are used again.
      cover (full && popped_q != '0);
      cover (!valid && popped_q == CountBits'(Depth));
    end
endmodule
