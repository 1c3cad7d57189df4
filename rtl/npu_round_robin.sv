// Whose turn it is: the first requester after the one taken last, round and round.
// Interface: chosen_o has one bit, of a requester, or none if nobody asks; combinational. take_i: taken_i (one bit) was served, as
// seen from the next cycle on. Reset: requester 0 first.
module npu_round_robin #(
  parameter int unsigned Requesters = 2
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Requesters-1:0] request_i,
  output logic [Requesters-1:0] chosen_o,
  input  logic take_i,
  input  logic [Requesters-1:0] taken_i
);
  if (Requesters == 1) begin : gen_alone
    logic unused;
    assign unused = ^{clk_i, rst_ni, take_i, taken_i};
    assign chosen_o = request_i;
  end else begin : gen_turns
    logic [Requesters-1:0] later_q, later;   // those after the one taken last
    assign later = request_i & later_q;
    // x & -x is the lowest bit.
    assign chosen_o = (later != '0) ? later & (~later + 1'b1) : request_i & (~request_i + 1'b1);
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) later_q <= '1;
      else if (take_i) later_q <= (npu_fault_pkg::Fault == npu_fault_pkg::TurnsStay) ? ~(taken_i - 1'b1) : ~(taken_i | (taken_i - 1'b1));
  end
endmodule
