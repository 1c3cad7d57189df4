// npu_issue: the oldest instruction of all queues, once its tokens are there and its unit takes it, is granted within Limit cycles,
// whatever instructions of other units and accesses of the sequencer come, and whichever tokens those have. So no unit waits forever for a port or for
// its pipeline: behind the oldest the next becomes the oldest. And two instructions that want one port are never granted together.
module issue #(
  parameter int unsigned Unit = 3,
  parameter int unsigned Limit = 9,   // for instructions of at most Longest cycles
  localparam int unsigned Longest = 2,
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned Ports = npu_pkg::Ports,
  localparam int unsigned TicketBits = npu_pkg::TicketBits,
  localparam int unsigned SequenceBits = npu_pkg::SequenceBits,
  localparam int unsigned CycleBits = npu_pkg::CycleBits,
  localparam int unsigned PaceBits = npu_pkg::PaceBits
) (
  input logic clk_i,
  input logic rst_ni,
  input logic [Units-1:0] valid_i,
  input logic [Units*TicketBits-1:0] tickets_i,
  input logic load_accept_i,
  input logic store_accept_i,
  input logic access_i,
  input logic [npu_pkg::PadBanks-1:0] access_read_i, access_write_i,
  input logic [Units-1:0] complete_i,
  input logic [Units*Units-1:0] complete_post_i,
  input logic execute_i,
  input logic [Units-1:0] seq_take_i, seq_post_i
);
  logic [Units-1:0] grant, there, room;
  logic access_grant, idle;
  logic [npu_pkg::PadBanks-1:0] claimed_read, claimed_write;
  npu_issue u_issue (
    .clk_i, .rst_ni, .valid_i, .tickets_i, .load_accept_i, .store_accept_i, .grant_o(grant), .access_i, .access_read_i, .access_write_i,
    .access_grant_o(access_grant), .complete_i, .complete_post_i, .execute_i, .seq_take_i, .seq_post_i,
    .seq_there_o(there), .seq_room_o(room), .claimed_read_o(claimed_read), .claimed_write_o(claimed_write), .idle_o(idle)
  );

  // A ticket's fields in the order of npu_pkg::ticket_t.
  logic [Units*Ports-1:0] claims;
  logic [Units*SequenceBits-1:0] numbers;
  logic [Units*TicketBits-1:0] tickets_q;
  logic [Units-1:0] waiting_q;
  initial assume (!rst_ni);
  always_ff @(posedge clk_i) begin
    tickets_q <= tickets_i;
    waiting_q <= rst_ni ? valid_i & ~grant : '0;
  end
  assign numbers[0 +: SequenceBits] = '0;
  assign claims[0 +: Ports] = '0;
  for (genvar u = 1; u < Units; u++) begin : gen_unit
    logic [SequenceBits-1:0] number;
    logic [Units-1:0] wait_mask, post_mask;
    logic [CycleBits-1:0] cycles, lead;
    logic [PaceBits-1:0] pace;
    logic [Ports-1:0] claim_read, claim_write, claim_before;
    logic makes_set, takes_set;
    assign {number, wait_mask, post_mask, cycles, pace, lead, claim_read, claim_write, claim_before, makes_set, takes_set} =
           tickets_i[u*TicketBits +: TicketBits];
    assign numbers[u*SequenceBits +: SequenceBits] = number;
    assign claims[u*Ports +: Ports] = claim_read | claim_write | claim_before;
    // What the queues and the sequencer promise.
    always_comb begin
      assume (!waiting_q[u] || (valid_i[u] && tickets_i[u*TicketBits +: TicketBits] == tickets_q[u*TicketBits +: TicketBits]));
      assume (cycles != '0 && cycles <= CycleBits'(Longest) && pace == PaceBits'(1) && lead <= CycleBits'(1));
      assume (u == 32'(npu_pkg::UnitWeights) || !makes_set);
      assume (u == 32'(npu_pkg::UnitMatrix) || !takes_set);
      assume (u == 32'(npu_pkg::UnitMatrix) || claim_before == '0);
      assume ((u != 32'(npu_pkg::UnitLoad) && u != 32'(npu_pkg::UnitStore)) || claims[u*Ports +: Ports] == '0);
      assume (u != 32'(npu_pkg::UnitWeights) || claim_write == '0);
      // The followed instruction: the oldest, and nothing but ports and pipelines between it and its grant.
      if (u == Unit) assume (wait_mask == '0 && post_mask == '0 && !makes_set && !takes_set);
      else assume (!valid_i[u] || !valid_i[Unit] || number > numbers[Unit*SequenceBits +: SequenceBits]);
    end
    for (genvar v = 1; v < u; v++) begin : gen_pair
      always_comb assume (numbers[v*SequenceBits +: SequenceBits] != number);
      always_ff @(posedge clk_i)
        if (rst_ni) assert (!(grant[u] && grant[v]) || (claims[u*Ports +: Ports] & claims[v*Ports +: Ports]) == '0);
    end
  end
  always_comb begin
    assume (!valid_i[0] && tickets_i[0 +: TicketBits] == '0);
    assume ((Unit != 32'(npu_pkg::UnitLoad) || load_accept_i) && (Unit != 32'(npu_pkg::UnitStore) || store_accept_i));
  end

  logic [7:0] waited_q;
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) waited_q <= '0;
    else waited_q <= (valid_i[Unit] && !grant[Unit]) ? waited_q + 8'd1 : '0;
  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert (waited_q < 8'(Limit));
      cover (grant[Unit] && waited_q == 8'd3);
    end
endmodule
