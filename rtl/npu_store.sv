// The store engine: copies runs of bytes from the scratchpad to DRAM (TIMING.md section 6), or to other cores (section 7).
// Interface: accept_o (registered state) says that an instruction may be granted; issue_i with op_i in cycle t is an issue at I =
// t+1. read_* asks for a row in cycles in which the bank's read port is not claimed, data_i comes a cycle later. AW is shown
// until aw_ready_i, its beats follow, one in a cycle in which w_ready_i takes it; b_valid_i answers a burst. aw_cores_o, from the time AW
// is shown until the last beat is taken: the cores to whose scratchpads the burst goes; none: to DRAM.
// complete_o with post_o is high in C-1, and with it, of a signal, signal_o for the cores of its mask, with event_o. Reset: empty.
module npu_store #(
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1),
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned BeatBits = npu_pkg::BeatBits,
  localparam int unsigned Beat = npu_pkg::BeatBytes
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic accept_o,
  input  logic issue_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [npu_pkg::PadBanks-1:0] claimed_i,   // read ports held by pipelines
  output logic read_o,
  output logic [npu_pkg::PadRowBits-1:0] read_row_o,
  input  logic [RowBits-1:0] data_i,
  output logic aw_valid_o,
  output logic [31:0] aw_address_o,
  output logic [LengthBits-1:0] aw_beats_o,
  output logic [npu_pkg::Cores-1:0] aw_cores_o,
  input  logic aw_ready_i,
  output logic w_valid_o,
  input  logic w_ready_i,
  output logic [BeatBits-1:0] w_data_o,
  output logic [Beat-1:0] w_strobe_o,
  output logic w_last_o,
  input  logic b_valid_i,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o,
  output logic [npu_pkg::Cores-1:0] signal_o,
  output logic [npu_pkg::EventBits-1:0] event_o
);
  localparam int unsigned BeatShift = npu_pkg::BeatShift;
  localparam int unsigned Cols = npu_pkg::ArrayCols;
  localparam int unsigned Kept = (Beat + Cols - 2) / Cols + 1;   // a beat lies in so many rows, at most
  localparam int unsigned ShiftBits = $clog2(Kept * Cols);
  localparam int unsigned Slots = npu_pkg::StoreInstructions;
  localparam int unsigned SlotBits = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned HeldBits = $clog2(Slots + 1);
  localparam int unsigned FreeBits = $clog2(npu_pkg::StoreFifo + 1);
  localparam logic [SlotBits-1:0] LastSlot = SlotBits'(Slots - 1);

  logic active_q, copies, make, w_pop, read_done;
  logic [HeldBits-1:0] held_q;
  logic [FreeBits-1:0] free_q, ready_q;
  assign accept_o = held_q < HeldBits'(Slots) && !active_q;
  // Signals and awaits have no runs.
  assign copies = op_i.action == npu_pkg::ActionCopyOut || (npu_pkg::CopiesAcross && op_i.action == npu_pkg::ActionCopyAcross);

  // Read side: the youngest instruction, run after run, beat after beat.
  logic [31:0] length_q, beat_q, rows_q, rows_end_q;   // rows_end_q: rows_q rows in bytes
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] origin, target;
  logic inside_source, inside_target;
  logic [npu_pkg::Levels:0] wraps_source, wraps_target;
  /* verilator lint_on UNUSEDSIGNAL */
  logic run_done;
  npu_generator u_source (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(1'b0),
    .advance_i(run_done), .address_o(origin), .inside_o(inside_source), .wraps_o(wraps_source)
  );
  npu_generator u_target (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.d), .shape_i(op_i.shape_d), .window_i(1'b0),
    .advance_i(run_done), .address_o(target), .inside_o(inside_target), .wraps_o(wraps_target)
  );

  logic [31:0] so, po, beat_start, beat_end, stop, last_byte;
  logic beat_last, place, port_free, row_before, row_there;
  assign so = 32'(target[BeatShift-1:0]);
  assign po = 32'(npu_pkg::byte_of(origin));
  assign beat_start = beat_q << BeatShift;
  assign beat_end = beat_start + Beat - so;
  assign beat_last = beat_end >= length_q;
  assign stop = beat_last ? length_q : beat_end;
  // The beat's last byte, counted from the run's first row: it lies in a later row than the next one, in that, or in one that is read.
  assign last_byte = po + stop - 32'd1;
  assign row_before = last_byte >= rows_end_q + Cols;
  assign row_there = last_byte < rows_end_q;
  assign place = free_q != '0;
  assign read_row_o = npu_pkg::row_of(origin) + npu_pkg::PadRowBits'(rows_q);
  assign port_free = !claimed_i[npu_pkg::PadBankBits'(read_row_o >> npu_pkg::PadBankShift)];
  assign read_o = active_q && port_free && (row_before || (!row_there && place));
  assign make = active_q && place && (row_there || (!row_before && port_free));
  assign run_done = make && beat_last;
  assign read_done = run_done && wraps_source[npu_pkg::Levels];

  logic w_pop_late;
  npu_delay #(.Width(1), .Cycles((npu_fault_pkg::Fault == npu_fault_pkg::StoreKeepsPlace) ? 1 : 0)) u_free (
    .clk_i, .rst_ni, .d_i(w_pop), .q_o(w_pop_late)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      length_q <= '0;
      beat_q <= '0;
      rows_q <= '0;
      rows_end_q <= '0;
      held_q <= '0;
      free_q <= FreeBits'(npu_pkg::StoreFifo);
    end else begin
      held_q <= held_q + HeldBits'(issue_i) - HeldBits'(complete_o);
      free_q <= free_q - FreeBits'(make) + FreeBits'(w_pop_late);
      if (issue_i) begin
        active_q <= copies;
        length_q <= op_i.b;
      end else if (read_done) begin
        active_q <= 1'b0;
      end
      beat_q <= (issue_i || run_done) ? '0 : beat_q + 32'(make);
      rows_q <= (issue_i || run_done) ? '0 : rows_q + 32'(read_o);
      rows_end_q <= (issue_i || run_done) ? '0 : read_o ? rows_end_q + Cols : rows_end_q;
    end
  end

  // The row arrives a cycle later. A beat lies in the newest rows: the one that arrives with it or was read last, and those before.
  logic [Beat-1:0] strobe, strobe1_q;
  logic make1_q, read1_q;
  logic [Kept*RowBits-1:0] kept_q, rows;   // the rows read last, the newest on top
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] shift;   // from the oldest kept row's first byte to the beat's
  /* verilator lint_on UNUSEDSIGNAL */
  logic [ShiftBits-1:0] shift1_q;
  logic [BeatBits-1:0] beat;
  assign shift = po + beat_start - so + Kept * Cols - (row_there ? rows_end_q : rows_end_q + Cols);
  for (genvar m = 0; m < Beat; m++) begin : gen_strobe
    assign strobe[m] = (beat_q != '0 || m >= so) && (beat_start + m < length_q + so);
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      make1_q <= 1'b0;
      read1_q <= 1'b0;
      shift1_q <= '0;
      strobe1_q <= '0;
      kept_q <= '0;
    end else begin
      make1_q <= make;
      read1_q <= read_o;
      shift1_q <= shift[ShiftBits-1:0];
      strobe1_q <= strobe;
      if (read1_q) kept_q <= rows;
    end
  end
  assign rows = read1_q ? {data_i, kept_q[Kept*RowBits-1:RowBits]} : kept_q;
  assign beat = BeatBits'(rows >> {shift1_q, 3'b000});

  /* verilator lint_off PINCONNECTEMPTY */
  npu_queue #(.Width(BeatBits + Beat), .Depth(npu_pkg::StoreFifo)) u_beats (
    .clk_i, .rst_ni, .push_i(make1_q), .data_i({beat, strobe1_q}), .pop_i(w_pop),
    .valid_o(), .full_o(), .head_o({w_data_o, w_strobe_o})
  );

  // Write side: the oldest instruction with bursts to come, burst after burst.
  logic waiting, start, write_q, decide, sending_q, burst_final, instruction_done;
  logic [SlotBits-1:0] oldest_q, writing_q, newest_q, next_slot;
  /* verilator lint_off UNUSEDSIGNAL */
  npu_pkg::op_t next_op;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_queue #(.Width(SlotBits + npu_pkg::OpBits), .Depth(Slots)) u_instructions (
    .clk_i, .rst_ni, .push_i(issue_i && copies), .data_i({newest_q, op_i}), .pop_i(start), .valid_o(waiting), .full_o(),
    .head_o({next_slot, next_op})
  );
  /* verilator lint_on PINCONNECTEMPTY */
  assign start = waiting && !write_q;

  logic [31:0] bytes_q, done_q, run_start, burst_address;
  logic [LengthBits-1:0] burst_beats, left_q;
  /* verilator lint_off UNUSEDSIGNAL */
  logic inside_write;
  logic [npu_pkg::Levels:0] wraps_write;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_generator u_write_runs (
    .clk_i, .rst_ni, .load_i(start), .base_i(next_op.d), .shape_i(next_op.shape_d), .window_i(1'b0),
    .advance_i(decide && burst_final), .address_o(run_start), .inside_o(inside_write), .wraps_o(wraps_write)
  );
  npu_burst u_burst (
    .start_i(run_start), .bytes_i(bytes_q), .done_i(done_q),
    .address_o(burst_address), .beats_o(burst_beats), .final_o(burst_final)
  );
  // Answers come in order by themselves as long as all bursts go the same way.
  logic [npu_pkg::Cores-1:0] cores_q;   // of the instruction
  logic turns, unanswered;
  assign turns = (cores_q == '0) != (aw_cores_o == '0);
  assign decide = write_q && !aw_valid_o && !sending_q && 32'(ready_q) >= 32'(burst_beats) && !(turns && unanswered);
  assign instruction_done = decide && burst_final && wraps_write[npu_pkg::Levels];
  assign w_valid_o = sending_q;
  assign w_last_o = sending_q && left_q == LengthBits'(1);
  assign w_pop = sending_q && w_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
      bytes_q <= '0;
      done_q <= '0;
      cores_q <= '0;
      aw_valid_o <= 1'b0;
      aw_address_o <= '0;
      aw_beats_o <= '0;
      aw_cores_o <= '0;
      sending_q <= 1'b0;
      left_q <= '0;
      ready_q <= '0;
    end else begin
      ready_q <= ready_q + FreeBits'(make1_q) - FreeBits'(w_pop);
      if (start) begin
        write_q <= 1'b1;
        bytes_q <= next_op.b;
        done_q <= '0;
        if (npu_pkg::CopiesAcross && next_op.action == npu_pkg::ActionCopyAcross) cores_q <= next_op.steps[npu_pkg::Cores-1:0];
        else cores_q <= '0;
      end else if (decide) begin
        done_q <= burst_final ? '0 : done_q + 32'(burst_beats);
        if (instruction_done) write_q <= 1'b0;
      end
      if (decide) begin
        aw_valid_o <= 1'b1;
        aw_address_o <= burst_address;
        aw_beats_o <= burst_beats;
        aw_cores_o <= cores_q;
      end else if (aw_valid_o && aw_ready_i) begin
        aw_valid_o <= 1'b0;
        sending_q <= 1'b1;
        left_q <= aw_beats_o;
      end else if (w_pop) begin
        left_q <= left_q - 1'b1;
        if (w_last_o) sending_q <= 1'b0;
      end
    end
  end

  // Bursts without an answer, instruction by instruction; answers come in order. An instruction without runs is complete when it is
  // the oldest; the one behind it may have all of its answers then, and is complete a cycle later.
  logic [31:0] open [Slots];
  logic [Slots-1:0] closed_q;                 // all bursts are decided
  logic [npu_pkg::Units-1:0] posts [Slots];
  logic [Slots-1:0] plain_q, signals_q, ended_q;   // ended_q: all is answered
  logic answers_last;
  logic [SlotBits-1:0] answered;   // of the oldest burst without an answer
  logic [npu_pkg::Cores-1:0] cores [Slots];
  logic [npu_pkg::EventBits-1:0] event_of [Slots];
  always_comb begin
    answered = oldest_q;
    unanswered = 1'b0;
    for (int unsigned i = Slots; i > 0; i--)
      if (open[SlotBits'((32'(oldest_q) + i - 1) % Slots)] != '0) answered = SlotBits'((32'(oldest_q) + i - 1) % Slots);
    for (int unsigned s = 0; s < Slots; s++) unanswered = unanswered || open[s] != '0;
  end
  assign answers_last = b_valid_i && closed_q[answered] && open[answered] == 32'd1;
  assign complete_o = (answers_last && answered == oldest_q) || ended_q[oldest_q] || plain_q[oldest_q];
  assign post_o = posts[oldest_q];
  assign signal_o = (plain_q[oldest_q] && signals_q[oldest_q]) ? cores[oldest_q] : '0;
  assign event_o = event_of[oldest_q];
  for (genvar s = 0; s < Slots; s++) begin : gen_slot
    logic opens, answers, enters;
    assign enters = issue_i && newest_q == SlotBits'(s);
    assign opens = decide && writing_q == SlotBits'(s);
    assign answers = b_valid_i && answered == SlotBits'(s);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        open[s] <= '0;
        closed_q[s] <= 1'b0;
        posts[s] <= '0;
        plain_q[s] <= 1'b0;
        ended_q[s] <= 1'b0;
        signals_q[s] <= 1'b0;
        cores[s] <= '0;
        event_of[s] <= '0;
      end else begin
        open[s] <= open[s] + 32'(opens) - 32'(answers);
        if (opens && instruction_done) closed_q[s] <= 1'b1;
        else if (complete_o && oldest_q == SlotBits'(s)) closed_q[s] <= 1'b0;
        ended_q[s] <= oldest_q != SlotBits'(s) && (ended_q[s] || (answers_last && answered == SlotBits'(s)));
        if (enters) begin
          posts[s] <= op_i.post;
          signals_q[s] <= op_i.action == npu_pkg::ActionSignal;
          cores[s] <= op_i.a[npu_pkg::Cores-1:0];
          event_of[s] <= op_i.b[npu_pkg::EventBits-1:0];
        end
        plain_q[s] <= (enters && !copies) || (plain_q[s] && oldest_q != SlotBits'(s));
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      oldest_q <= '0;
      writing_q <= '0;
      newest_q <= '0;
    end else begin
      if (complete_o) oldest_q <= (oldest_q == LastSlot) ? '0 : oldest_q + 1'b1;
      if (start) writing_q <= next_slot;
      if (issue_i) newest_q <= (newest_q == LastSlot) ? '0 : newest_q + 1'b1;
    end
  end
endmodule
