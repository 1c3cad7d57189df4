// A first-in first-out queue.
// Interface: push_i with data_i appends (the caller looks at full_o), pop_i removes the head (the caller looks at valid_o).
// full_o, valid_o and head_o are registered state: what is pushed in t is the head in t+1 at the earliest, and a place freed
// in t is seen in t+1. Reset: empty.
module npu_queue #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic push_i,
  input  logic [Width-1:0] data_i,
  input  logic pop_i,
  output logic valid_o,
  output logic full_o,
  output logic [Width-1:0] head_o
);
  localparam int unsigned IndexBits = (Depth > 1) ? $clog2(Depth) : 1;
  localparam int unsigned CountBits = $clog2(Depth + 1);
  localparam logic [IndexBits-1:0] Last = IndexBits'(Depth - 1);

  logic [Width-1:0] entries [Depth];
  logic [IndexBits-1:0] head_q, tail_q;
  logic [CountBits-1:0] count_q;

  assign valid_o = count_q != '0;
  assign full_o = count_q == CountBits'(Depth);
  assign head_o = entries[head_q];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      count_q <= '0;
    end else begin
      if (push_i) tail_q <= (tail_q == Last) ? '0 : tail_q + 1'b1;
      if (pop_i) head_q <= (head_q == Last) ? '0 : head_q + 1'b1;
      if (push_i && !pop_i) count_q <= count_q + 1'b1;
      if (pop_i && !push_i) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) if (push_i) entries[tail_q] <= data_i;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert (!(push_i && full_o)) else $error("push into a full queue");
      assert (!(pop_i && !valid_o)) else $error("pop from an empty queue");
    end
`endif
endmodule
