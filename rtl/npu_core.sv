// One core, inside npu_cluster: sequencer, units and memories.
// Interface: start_i high runs the program whose text of text_bytes_i bytes lies at entry_i (aligned to a cache line); it stays high
// until done_o (registered: the cycle after halt executed) or error_o (an unknown opcode). core_i is its number. cache_* and load_*
// show read bursts until they are granted; their beats come with cache_beat_i and load_beat_i, always taken. aw_* shows a write
// burst until aw_ready_i, then w_* sends its beats; b_valid_i answers it. aw_cores_o says while it does so to which cores' scratchpads the
// burst goes (none: to DRAM). copy_free_o: no pipeline has the write port of copy_row_i's bank; in such a cycle copy_write_i writes the row,
// as another core's copy. signal_o slice 0 (load) and 1 (store) is high in the cycle
// before the unit's signal completes, with a bit for each core that it is for, and event_o the event; signal_i and event_i are
// those of all cores' units for this one, when its counters are to rise. Reset: asynchronous, active low, at any time; the memories
// keep what they hold.
//
// Trace, registered: trace_execute_o in t+1: the sequencer executed the instruction at trace_pc_o, of unit trace_unit_o, in t.
// trace_issue_o[u] in I: unit u issued. trace_complete_o[u] in C: the oldest instruction of unit u completed.
module npu_core #(
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned DataBits = npu_pkg::BeatBits,
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1),
  localparam int unsigned EventBits = npu_pkg::EventBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic start_i,
  input  logic [npu_pkg::CoreBits-1:0] core_i,
  input  logic [31:0] entry_i,
  input  logic [31:0] text_bytes_i,
  output logic done_o,
  output logic error_o,

  output logic cache_request_o,
  output logic [31:0] cache_address_o,
  output logic [LengthBits-1:0] cache_beats_o,
  input  logic cache_grant_i,
  output logic load_request_o,
  output logic [31:0] load_address_o,
  output logic [LengthBits-1:0] load_beats_o,
  input  logic load_grant_i,
  input  logic cache_beat_i,
  input  logic load_beat_i,
  input  logic [DataBits-1:0] beat_i,
  output logic aw_valid_o,
  input  logic aw_ready_i,
  output logic [31:0] aw_address_o,
  output logic [LengthBits-1:0] aw_beats_o,
  output logic w_valid_o,
  input  logic w_ready_i,
  output logic [DataBits-1:0] w_data_o,
  output logic [DataBits/8-1:0] w_strobe_o,
  output logic w_last_o,
  input  logic b_valid_i,
  output logic [Cores-1:0] aw_cores_o,

  output logic copy_free_o,
  input  logic copy_write_i,
  input  logic [npu_pkg::PadRowBits-1:0] copy_row_i,
  input  logic [npu_pkg::RowBits-1:0] copy_data_i,
  input  logic [npu_pkg::RowBits-1:0] copy_mask_i,

  output logic [2*Cores-1:0] signal_o,
  output logic [2*EventBits-1:0] event_o,
  input  logic [2*Cores-1:0] signal_i,
  input  logic [2*Cores*EventBits-1:0] event_i,

  output logic trace_execute_o,
  output logic [31:0] trace_pc_o,
  output logic [2:0] trace_unit_o,
  output logic [Units-1:0] trace_issue_o,
  output logic [Units-1:0] trace_complete_o
);
  localparam int unsigned WordBits = 8 * npu_pkg::WordBytes;
  localparam int unsigned PadRowBits = npu_pkg::PadRowBits;
  localparam int unsigned AccRowNumberBits = npu_pkg::AccRowNumberBits;
  localparam int unsigned RowBits = npu_pkg::RowBits;
  localparam int unsigned AccBits = npu_pkg::AccRowBits;
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1;
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1;
  localparam int unsigned ArrayRowBits = (npu_pkg::ArrayRows > 1) ? $clog2(npu_pkg::ArrayRows) : 1;
  localparam int unsigned Load = 32'(npu_pkg::UnitLoad);
  localparam int unsigned Weights = 32'(npu_pkg::UnitWeights);
  localparam int unsigned Matrix = 32'(npu_pkg::UnitMatrix);
  localparam int unsigned Vector = 32'(npu_pkg::UnitVector);
  localparam int unsigned Store = 32'(npu_pkg::UnitStore);

  // Sequencer and instruction cache.
  logic run, hit, execute, execute_own, idle;
  logic [31:0] pc;
  logic [WordBits-1:0] word;
  logic [2:0] executed_unit;
  logic [Units-1:0] full, push, take, post, there, room;
  npu_pkg::op_t op;
  npu_pkg::ticket_t ticket;
  assign run = start_i && !done_o && !error_o;
  npu_icache u_icache (
    .clk_i, .rst_ni, .run_i(run), .entry_i, .text_bytes_i, .pc_i(pc), .hit_o(hit), .word_o(word),
    .request_o(cache_request_o), .request_address_o(cache_address_o), .request_beats_o(cache_beats_o),
    .request_grant_i(cache_grant_i), .beat_valid_i(cache_beat_i), .beat_i
  );
  logic access, access_grant, word_read, word_write;
  logic [npu_pkg::PadBanks-1:0] access_read, access_write;
  logic [PadRowBits-1:0] word_row;
  logic [RowBits-1:0] word_data, word_mask;
  logic [6:0] pad_read;
  logic [7*PadRowBits-1:0] pad_row;
  logic [7*RowBits-1:0] pad_data;
  npu_sequencer u_sequencer (
    .clk_i, .rst_ni, .run_i(run), .core_i, .pc_o(pc), .hit_i(hit), .word_i(word), .full_i(full), .push_o(push), .op_o(op),
    .ticket_o(ticket), .execute_o(execute), .execute_own_o(execute_own), .unit_o(executed_unit), .take_o(take), .post_o(post),
    .there_i(there), .room_i(room), .idle_i(idle),
    .access_o(access), .access_read_o(access_read), .access_write_o(access_write), .access_grant_i(access_grant),
    .word_read_o(word_read), .word_write_o(word_write), .word_row_o(word_row), .word_data_o(word_data), .word_mask_o(word_mask),
    .word_data_i(pad_data[6*RowBits +: RowBits]),
    .halted_o(done_o), .illegal_o(error_o)
  );

  // Queues and arbiter.
  logic [Units-1:0] valid, grant, complete;
  logic [Units*npu_pkg::TicketBits-1:0] tickets;
  logic [Units*Units-1:0] complete_post;
  logic load_accept, store_accept;
  logic [1:0] there_event;
  logic [npu_pkg::PadBanks-1:0] claimed_read, claimed_write;
  npu_pkg::op_t load_op, weights_op, matrix_op, vector_op, store_op;
  assign valid[0] = 1'b0;
  assign full[0] = 1'b0;
  assign tickets[npu_pkg::TicketBits-1:0] = '0;
  assign complete[0] = 1'b0;
  assign complete_post[Units-1:0] = '0;
  logic [Units-1:1] unused_valid, unused_full;
  for (genvar u = 1; u < Units; u++) begin : gen_queue
    localparam int unsigned Depth = (u == Load) ? npu_pkg::LoadQueue : (u == Weights) ? npu_pkg::WeightsQueue :
                                    (u == Matrix) ? npu_pkg::MatrixQueue : (u == Vector) ? npu_pkg::VectorQueue : npu_pkg::StoreQueue;
    npu_queue #(.Width(npu_pkg::TicketBits), .Depth(Depth)) u_tickets (
      .clk_i, .rst_ni, .push_i(push[u]), .data_i(ticket), .pop_i(grant[u]), .valid_o(valid[u]), .full_o(full[u]),
      .head_o(tickets[u*npu_pkg::TicketBits +: npu_pkg::TicketBits])
    );
    logic [npu_pkg::OpBits-1:0] head;
    npu_queue #(.Width(npu_pkg::OpBits), .Depth(Depth)) u_ops (
      .clk_i, .rst_ni, .push_i(push[u]), .data_i(op), .pop_i(grant[u]), .valid_o(unused_valid[u]), .full_o(unused_full[u]),
      .head_o(head)
    );
  end
  assign load_op = gen_queue[Load].head;
  assign weights_op = gen_queue[Weights].head;
  assign matrix_op = gen_queue[Matrix].head;
  assign vector_op = gen_queue[Vector].head;
  assign store_op = gen_queue[Store].head;

  npu_issue u_issue (
    .clk_i, .rst_ni, .valid_i(valid), .tickets_i(tickets), .load_accept_i(load_accept && there_event[0]),
    .store_accept_i(store_accept && there_event[1]), .grant_o(grant), .access_i(access), .access_read_i(access_read), .access_write_i(access_write), .access_grant_o(access_grant),
    .complete_i(complete), .complete_post_i(complete_post), .execute_i(execute_own), .seq_take_i(take), .seq_post_i(post), .seq_there_o(there),
    .seq_room_o(room), .claimed_read_o(claimed_read), .claimed_write_o(claimed_write), .idle_o(idle)
  );

  // Memories.
  logic load_write, vector_write;
  logic [PadRowBits-1:0] load_row, vector_row;
  logic [RowBits-1:0] load_data, load_mask, vector_data;
  npu_scratchpad u_scratchpad (
    .clk_i, .read_i(pad_read), .read_row_i(pad_row), .data_o(pad_data),
    .load_write_i(load_write), .load_row_i(load_row), .load_data_i(load_data), .load_mask_i(load_mask),
    .vector_write_i(vector_write), .vector_row_i(vector_row), .vector_data_i(vector_data),
    .word_write_i(word_write), .word_row_i(word_row), .word_data_i(word_data), .word_mask_i(word_mask),
    .copy_write_i, .copy_row_i, .copy_data_i, .copy_mask_i
  );
  assign copy_free_o = npu_pkg::CopiesAcross && !claimed_write[npu_pkg::PadBankBits'(copy_row_i >> npu_pkg::PadBankShift)];
  assign pad_read[6] = word_read;
  assign pad_row[6*PadRowBits +: PadRowBits] = word_row;
  logic [2:0] acc_read;
  logic [3*AccRowNumberBits-1:0] acc_row;
  logic [3*AccBits-1:0] acc_data;
  logic acc_write, vector_acc_write;
  logic [AccRowNumberBits-1:0] acc_write_row, vector_acc_row;
  logic [AccBits-1:0] acc_write_data, vector_acc_data;
  npu_accumulator u_accumulator (
    .clk_i, .read_i(acc_read), .read_row_i(acc_row), .data_o(acc_data),
    .matrix_write_i(acc_write), .matrix_row_i(acc_write_row), .matrix_data_i(acc_write_data),
    .vector_write_i(vector_acc_write), .vector_row_i(vector_acc_row), .vector_data_i(vector_acc_data)
  );

  // Load and store.
  npu_load u_load (
    .clk_i, .rst_ni, .accept_o(load_accept), .issue_i(grant[Load]), .op_i(load_op),
    .request_o(load_request_o), .request_address_o(load_address_o), .request_beats_o(load_beats_o), .request_grant_i(load_grant_i),
    .beat_valid_i(load_beat_i), .beat_i, .claimed_i(claimed_write), .copy_write_i, .copy_row_i,
    .write_o(load_write), .write_row_o(load_row), .write_data_o(load_data), .write_mask_o(load_mask),
    .complete_o(complete[Load]), .post_o(complete_post[Load*Units +: Units]),
    .signal_o(signal_o[0 +: Cores]), .event_o(event_o[0 +: EventBits])
  );
  npu_store u_store (
    .clk_i, .rst_ni, .accept_o(store_accept), .issue_i(grant[Store]), .op_i(store_op), .claimed_i(claimed_read),
    .read_o(pad_read[5]), .read_row_o(pad_row[5*PadRowBits +: PadRowBits]), .data_i(pad_data[5*RowBits +: RowBits]),
    .aw_valid_o, .aw_address_o, .aw_beats_o, .aw_cores_o, .aw_ready_i, .w_valid_o, .w_ready_i, .w_data_o, .w_strobe_o, .w_last_o,
    .b_valid_i, .complete_o(complete[Store]), .post_o(complete_post[Store*Units +: Units]),
    .signal_o(signal_o[Cores +: Cores]), .event_o(event_o[EventBits +: EventBits])
  );

  // Events: an await at the head of a queue waits for its counter.
  if (npu_pkg::Events > 0) begin : gen_events
    localparam int unsigned CountBits = npu_pkg::EventCountBits;
    logic [1:0] awaits;
    assign awaits[0] = load_op.action == npu_pkg::ActionAwait;
    assign awaits[1] = store_op.action == npu_pkg::ActionAwait;
    npu_events u_events (
      .clk_i, .rst_ni, .signal_i, .event_i, .await_i(awaits),
      .await_event_i({store_op.b[EventBits-1:0], load_op.b[EventBits-1:0]}),
      .await_count_i({store_op.a[CountBits-1:0], load_op.a[CountBits-1:0]}),
      .there_o(there_event), .take_i({grant[Store], grant[Load]})
    );
  end else begin : gen_no_events
    logic unused_events;
    assign unused_events = ^{signal_i, event_i};
    assign there_event = 2'b11;
  end

  // Weights, array, matrix.
  logic array_enable, array_valid, array_float, array_swap, weights_valid, weights_last;
  logic [npu_pkg::ArrayRows*npu_pkg::OperandBits-1:0] array_row;
  logic [SetBits-1:0] array_swap_set, weights_set;
  logic [ArrayRowBits-1:0] weights_number;
  logic [npu_pkg::ArrayCols*npu_pkg::OperandBits-1:0] weights_row;
  logic [AccBits-1:0] sums;
  npu_weights u_weights (
    .clk_i, .rst_ni, .issue_i(grant[Weights]), .op_i(weights_op),
    .read_o(pad_read[0]), .read_row_o(pad_row[0 +: PadRowBits]), .data_i(pad_data[0 +: RowBits]),
    .load_valid_o(weights_valid), .load_last_o(weights_last), .load_set_o(weights_set), .load_number_o(weights_number),
    .load_row_o(weights_row), .complete_o(complete[Weights]), .post_o(complete_post[Weights*Units +: Units])
  );
  npu_array u_array (
    .clk_i, .rst_ni, .enable_i(array_enable), .row_valid_i(array_valid), .row_float_i(array_float), .row_i(array_row), .swap_i(array_swap), .swap_set_i(array_swap_set),
    .load_valid_i(weights_valid), .load_last_i(weights_last), .load_set_i(weights_set), .load_number_i(weights_number),
    .load_row_i(weights_row), .sums_o(sums)
  );
  npu_matrix u_matrix (
    .clk_i, .rst_ni, .issue_i(grant[Matrix]), .op_i(matrix_op),
    .read_o(pad_read[2:1]), .read_row_o(pad_row[PadRowBits +: 2*PadRowBits]), .data_i(pad_data[RowBits +: 2*RowBits]),
    .array_enable_o(array_enable), .array_valid_o(array_valid), .array_float_o(array_float), .array_row_o(array_row), .array_swap_o(array_swap), .array_swap_set_o(array_swap_set),
    .array_sums_i(sums),
    .acc_read_o(acc_read[0]), .acc_read_row_o(acc_row[0 +: AccRowNumberBits]), .acc_data_i(acc_data[0 +: AccBits]),
    .acc_write_o(acc_write), .acc_write_row_o(acc_write_row), .acc_write_data_o(acc_write_data),
    .complete_o(complete[Matrix]), .post_o(complete_post[Matrix*Units +: Units])
  );

  npu_vector u_vector (
    .clk_i, .rst_ni, .issue_i(grant[Vector]), .op_i(vector_op),
    .read_o(pad_read[4:3]), .read_row_o(pad_row[3*PadRowBits +: 2*PadRowBits]), .data_i(pad_data[3*RowBits +: 2*RowBits]),
    .acc_read_o(acc_read[2:1]), .acc_read_row_o(acc_row[AccRowNumberBits +: 2*AccRowNumberBits]),
    .acc_data_i(acc_data[AccBits +: 2*AccBits]),
    .write_o(vector_write), .write_row_o(vector_row), .write_data_o(vector_data),
    .acc_write_o(vector_acc_write), .acc_write_row_o(vector_acc_row), .acc_write_data_o(vector_acc_data),
    .complete_o(complete[Vector]), .post_o(complete_post[Vector*Units +: Units])
  );

  // Trace.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      trace_execute_o <= 1'b0;
      trace_pc_o <= '0;
      trace_unit_o <= '0;
      trace_issue_o <= '0;
      trace_complete_o <= '0;
    end else begin
      trace_execute_o <= execute;
      trace_pc_o <= pc;
      trace_unit_o <= executed_unit;
      trace_issue_o <= grant;
      trace_complete_o <= complete;
    end
  end
  logic unused;
  assign unused = ^{unused_valid, unused_full, push[0]};

endmodule
