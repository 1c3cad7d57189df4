// The issue arbiter: which heads of the queues issue (TIMING.md section 4).
// Interface: valid_i and tickets_i slice u are the head of unit u's queue. grant_o[u] in cycle t pops it; the unit takes it at
// the end of t and issues it in t+1. *_complete_i with posts are high in C-1. execute_i: the sequencer executes an instruction of
// its own with seq_take_i and seq_post_i; seq_there_o and seq_room_o tell it what it may take and post. idle_o: all queues are empty
// and all issued instructions complete. Reset: no tokens, ports free, one (empty) weight set active.
module npu_issue #(
  localparam int unsigned Units = npu_pkg::Units
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Units-1:0] valid_i,
  input  logic [Units*npu_pkg::TicketBits-1:0] tickets_i,
  input  logic load_accept_i,
  input  logic store_accept_i,
  output logic [Units-1:0] grant_o,
  input  logic access_i,                          // the sequencer's own, the youngest
  input  logic [npu_pkg::PadBanks-1:0] access_read_i, access_write_i,
  output logic access_grant_o,
  input  logic [Units-1:0] complete_i,            // of each unit
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [Units*Units-1:0] complete_post_i, // slice u: its posts
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic execute_i,
  input  logic [Units-1:0] seq_take_i,
  input  logic [Units-1:0] seq_post_i,
  output logic [Units-1:0] seq_there_o,
  output logic [Units-1:0] seq_room_o,
  output logic [npu_pkg::PadBanks-1:0] claimed_read_o,
  output logic [npu_pkg::PadBanks-1:0] claimed_write_o,
  output logic idle_o
);
  localparam int unsigned Ports = npu_pkg::Ports;
  localparam int unsigned SequenceBits = npu_pkg::SequenceBits;
  localparam int unsigned CycleBits = npu_pkg::CycleBits;
  localparam int unsigned PaceBits = npu_pkg::PaceBits;
  localparam int unsigned SetBits = $clog2(npu_pkg::WeightSets + 1);
  localparam int unsigned Weights = 32'(npu_pkg::UnitWeights);
  localparam int unsigned Matrix = 32'(npu_pkg::UnitMatrix);
  localparam int unsigned Vector = 32'(npu_pkg::UnitVector);

  // Tickets, taken apart.
  logic [Units*Units-1:0] wait_mask, post_mask;
  logic [Units*Ports-1:0] claims, claim_read, claim_write, claim_before;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Units*CycleBits-1:0] cycles;
  /* verilator lint_on UNUSEDSIGNAL */
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Units*PaceBits-1:0] pace;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [Units*SequenceBits-1:0] numbers;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Units*CycleBits-1:0] lead_of;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [Units-1:0] makes_set, takes_set;
  for (genvar u = 0; u < Units; u++) begin : gen_ticket
    // The fields of a ticket_t in their order: yosys knows no structs in generate blocks.
    assign {
      numbers[u*SequenceBits +: SequenceBits], wait_mask[u*Units +: Units], post_mask[u*Units +: Units],
      cycles[u*CycleBits +: CycleBits], pace[u*PaceBits +: PaceBits], lead_of[u*CycleBits +: CycleBits],
      claim_read[u*Ports +: Ports], claim_write[u*Ports +: Ports], claim_before[u*Ports +: Ports], makes_set[u], takes_set[u]
    } = tickets_i[u*npu_pkg::TicketBits +: npu_pkg::TicketBits];
    assign claims[u*Ports +: Ports] = claim_read[u*Ports +: Ports] | claim_write[u*Ports +: Ports] | claim_before[u*Ports +: Ports];
  end

  // Candidates.
  logic [Units*Units-1:0] there, room;
  logic [Units-1:0] candidate, own, fits, blocked;
  logic [SetBits-1:0] busy_sets_q, loaded_sets_q;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [Ports-1:0] claimed;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [Ports-1:0] ready_now, ready_matrix, ready_matrix_read, ready_vector;
  for (genvar u = 0; u < Units; u++) begin : gen_candidate
    logic front_free;
    if (u == Weights || u == Matrix) begin : gen_front
      // Cycles until the front is free, as seen now; a grant now issues in the next cycle.
      logic [CycleBits-1:0] left_q;
      assign front_free = left_q <= CycleBits'(1);
      always_ff @(posedge clk_i or negedge rst_ni)
        if (!rst_ni) left_q <= '0;
        else if (grant_o[u]) left_q <= cycles[u*CycleBits +: CycleBits];
        else if (left_q != '0) left_q <= left_q - 1'b1;
    end else if (u == Vector) begin : gen_vector
      // Cycles until the last row's result has gone through the exit, less those of the pipeline: the front is free one
      // row's cycles before; and the first row of the next instruction comes to the exit one row's cycles after its issue.
      logic [CycleBits:0] exit_q;
      logic [PaceBits-1:0] pace_q;
      assign front_free = exit_q <= (CycleBits+1)'(pace_q) && exit_q <= (CycleBits+1)'(pace[u*PaceBits +: PaceBits]);
      always_ff @(posedge clk_i or negedge rst_ni)
        if (!rst_ni) begin
          exit_q <= '0;
          pace_q <= '0;
        end else if (grant_o[u]) begin
          exit_q <= (CycleBits+1)'(cycles[u*CycleBits +: CycleBits]) + (CycleBits+1)'(pace[u*PaceBits +: PaceBits]) - 1'b1;
          pace_q <= pace[u*PaceBits +: PaceBits];
        end else if (exit_q != '0) exit_q <= exit_q - 1'b1;
    end else begin : gen_no_front
      assign front_free = 1'b1;
    end
    assign own[u] = (u == 32'(npu_pkg::UnitLoad)) ? load_accept_i : (u == 32'(npu_pkg::UnitStore)) ? store_accept_i :
                    (!makes_set[u] || busy_sets_q < SetBits'(npu_pkg::WeightSets)) && (!takes_set[u] || loaded_sets_q != '0);
    assign candidate[u] = valid_i[u] && own[u] && front_free &&
                          (wait_mask[u*Units +: Units] & ~there[u*Units +: Units]) == '0 &&
                          (post_mask[u*Units +: Units] & ~room[u*Units +: Units]) == '0;
    assign fits[u] = (claim_read[u*Ports +: Ports] & ~ready_now) == '0 &&
                     (claim_write[u*Ports +: Ports] & ~((u == Matrix) ? ready_matrix : ready_vector)) == '0 &&
                     (claim_before[u*Ports +: Ports] & ~ready_matrix_read) == '0;
    // An older candidate that claims one of the ports, granted or not.
    logic [Units-1:0] in_the_way;
    for (genvar v = 0; v < Units; v++) begin : gen_other
      logic older;
      if (npu_fault_pkg::Fault == npu_fault_pkg::YoungestFirst)
        assign older = numbers[v*SequenceBits +: SequenceBits] > numbers[u*SequenceBits +: SequenceBits];
      else
        assign older = numbers[v*SequenceBits +: SequenceBits] < numbers[u*SequenceBits +: SequenceBits];
      assign in_the_way[v] = u != v && candidate[v] && older && (claims[v*Ports +: Ports] & claims[u*Ports +: Ports]) != '0;
    end
    assign blocked[u] = |in_the_way;
    assign grant_o[u] = candidate[u] && fits[u] && !blocked[u];
  end

  // The sequencer's access: no candidate may claim its port, granted or not.
  logic [Ports-1:0] access_port;
  logic [Units-1:0] before_access;
  always_comb begin
    access_port = '0;
    access_port[npu_pkg::PortPadRead +: npu_pkg::PadBanks] = access_read_i;
    access_port[npu_pkg::PortPadWrite +: npu_pkg::PadBanks] = access_write_i;
  end
  for (genvar v = 0; v < Units; v++) begin : gen_before_access
    assign before_access[v] = candidate[v] && (claims[v*Ports +: Ports] & access_port) != '0;
  end
  assign access_grant_o = access_i && (access_port & ~ready_now) == '0 && before_access == '0;

  // Ports.
  npu_ports u_ports (
    .clk_i, .rst_ni,
    .weights_i(grant_o[Weights] ? claim_read[Weights*Ports +: Ports] : '0),
    .weights_cycles_i(cycles[Weights*CycleBits +: CycleBits]),
    .matrix_i(grant_o[Matrix] ? claim_read[Matrix*Ports +: Ports] : '0),
    .matrix_write_i(grant_o[Matrix] ? claim_write[Matrix*Ports +: Ports] : '0),
    .matrix_before_write_i(grant_o[Matrix] ? claim_before[Matrix*Ports +: Ports] : '0),
    .matrix_cycles_i(cycles[Matrix*CycleBits +: CycleBits]),
    .vector_i(grant_o[Vector] ? claim_read[Vector*Ports +: Ports] : '0),
    .vector_write_i(grant_o[Vector] ? claim_write[Vector*Ports +: Ports] : '0),
    .vector_cycles_i(cycles[Vector*CycleBits +: CycleBits]), .vector_pace_i(pace[Vector*PaceBits +: PaceBits]),
    .access_i(access_grant_o ? access_port : '0),
    .claimed_o(claimed), .ready_now_o(ready_now), .ready_matrix_o(ready_matrix),
    .ready_matrix_read_o(ready_matrix_read), .ready_vector_o(ready_vector)
  );
  assign claimed_read_o = claimed[npu_pkg::PortPadRead +: npu_pkg::PadBanks];
  assign claimed_write_o = claimed[npu_pkg::PortPadWrite +: npu_pkg::PadBanks];

  // Tokens. The sequencer completes what it executes.
  localparam int unsigned PostDelay = (npu_fault_pkg::Fault == npu_fault_pkg::PostLate) ? 1 : 0;
  logic [Units*Units-1:0] take, post, complete, posted;
  for (genvar u = 0; u < Units; u++) begin : gen_token
    if (u == 0) begin : gen_sequencer
      assign take[Units-1:0] = execute_i ? seq_take_i : '0;
      assign post[Units-1:0] = execute_i ? seq_post_i : '0;
      assign complete[Units-1:0] = execute_i ? seq_post_i : '0;
    end else begin : gen_unit
      assign take[u*Units +: Units] = grant_o[u] ? wait_mask[u*Units +: Units] : '0;
      assign post[u*Units +: Units] = grant_o[u] ? post_mask[u*Units +: Units] : '0;
      assign complete[u*Units +: Units] = complete_i[u] ? complete_post_i[u*Units +: Units] : '0;
    end
  end
  npu_delay #(.Width(Units * Units), .Cycles(PostDelay)) u_post (.clk_i, .rst_ni, .d_i(complete), .q_o(posted));
  npu_tokens u_tokens (
    .clk_i, .rst_ni, .take_i(take), .post_i(post), .complete_i(posted),
    .there_o(there), .room_o(room)
  );
  assign seq_there_o = there[Units-1:0];
  assign seq_room_o = room[Units-1:0];

  // Weight sets, and instructions under way. A set may be taken `lead` cycles after its preload's issue, which is before
  // the next preload's; the one that it replaces is in use for Retire cycles from the first row's last beat on.
  localparam int unsigned Retire = npu_pkg::ArrayCols +
                                   (npu_pkg::ArrayStages - 1) * (npu_pkg::ArrayRows - 1) - ((npu_fault_pkg::Fault == npu_fault_pkg::SetEarly) ? 1 : 0);
  localparam int unsigned Beats = npu_pkg::MatrixBeats;
  logic swap, retired, loaded;
  logic [CycleBits-1:0] lead, lead_q;
  logic [Beats-1:0] entering;   // bit k: the first row's last beat is asked for in k cycles
  assign swap = grant_o[Matrix] && takes_set[Matrix];
  assign lead = lead_of[Weights*CycleBits +: CycleBits];
  assign loaded = (grant_o[Weights] && lead == '0) || lead_q == CycleBits'(1);
  if (Beats == 1) begin : gen_entering
    assign entering = swap;
  end else begin : gen_later
    logic [Beats-2:0] later_q;
    always_comb begin
      entering = {1'b0, later_q};
      if (swap) entering[$clog2(Beats)'(pace[Matrix*PaceBits +: PaceBits] - 1'b1)] = 1'b1;
    end
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) later_q <= '0;
      else later_q <= entering[Beats-1:1];
  end
  npu_delay #(.Width(1), .Cycles(Retire)) u_retire (.clk_i, .rst_ni, .d_i(entering[0]), .q_o(retired));

  logic [15:0] open_q;
  assign idle_o = valid_i == '0 && open_q == '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_sets_q <= SetBits'(1);
      loaded_sets_q <= '0;
      lead_q <= '0;
      open_q <= '0;
    end else begin
      lead_q <= grant_o[Weights] ? lead : lead_q - CycleBits'(lead_q != '0);
      busy_sets_q <= busy_sets_q + SetBits'(grant_o[Weights]) - SetBits'(retired);
      loaded_sets_q <= loaded_sets_q + SetBits'(loaded) - SetBits'(swap);
      open_q <= open_q + 16'($countones(grant_o)) - 16'($countones(complete_i));
    end
  end
endmodule
