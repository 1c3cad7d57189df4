// The load engine: copies runs of bytes from DRAM to the scratchpad (TIMING.md section 6).
// Interface: accept_o (registered state) says that an instruction may be granted; issue_i with op_i in cycle t is an issue at I =
// t+1. request_* presents a burst until request_grant_i. beat_valid_i brings a beat, always taken. write_* writes a row in a
// cycle in which the bank's write port is not claimed. complete_o with post_o is high in C-1, and with it, of a signal, signal_o for
// the cores of its mask, with event_o. copy_write_i: another core's copy takes the write port of copy_row_i's bank in this cycle. Reset:
// empty.
module npu_load #(
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1),
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned BeatBits = npu_pkg::BeatBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic accept_o,
  input  logic issue_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic request_o,
  output logic [31:0] request_address_o,
  output logic [LengthBits-1:0] request_beats_o,
  input  logic request_grant_i,
  input  logic beat_valid_i,
  input  logic [BeatBits-1:0] beat_i,
  input  logic [npu_pkg::PadBanks-1:0] claimed_i,   // write ports held by pipelines
  input  logic copy_write_i,
  input  logic [npu_pkg::PadRowBits-1:0] copy_row_i,
  output logic write_o,
  output logic [npu_pkg::PadRowBits-1:0] write_row_o,
  output logic [RowBits-1:0] write_data_o,
  output logic [RowBits-1:0] write_mask_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o,
  output logic [npu_pkg::Cores-1:0] signal_o,
  output logic [npu_pkg::EventBits-1:0] event_o
);
  localparam int unsigned BeatShift = npu_pkg::BeatShift;
  localparam int unsigned Beat = npu_pkg::BeatBytes;
  localparam int unsigned Cols = npu_pkg::ArrayCols;
  localparam int unsigned Kept = (Cols + Beat - 2) / Beat + 1;   // a row lies in so many beats, at most
  localparam int unsigned ShiftBits = $clog2(Kept * Beat);
  localparam int unsigned HeldBits = $clog2(npu_pkg::LoadInstructions + 1);
  localparam int unsigned FreeBits = $clog2(npu_pkg::LoadFifo + 1);

  // Instructions held, and room for beats.
  logic [HeldBits-1:0] held_q;
  logic [FreeBits-1:0] free_q;
  logic request_granted, pop;
  logic active_q;
  assign accept_o = held_q < HeldBits'(npu_pkg::LoadInstructions) && !active_q;

  // Request side: the bursts of the youngest instruction.
  logic [31:0] bytes_q, done_q, run_start;
  logic burst_final;
  /* verilator lint_off UNUSEDSIGNAL */
  logic request_inside;
  logic [npu_pkg::Levels:0] request_wraps;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_generator u_request_runs (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(1'b0),
    .advance_i(request_granted && burst_final), .address_o(run_start), .inside_o(request_inside), .wraps_o(request_wraps)
  );
  npu_burst u_burst (
    .start_i(run_start), .bytes_i(bytes_q), .done_i(done_q),
    .address_o(request_address_o), .beats_o(request_beats_o), .final_o(burst_final)
  );
  assign request_o = active_q && 32'(free_q) >= 32'(request_beats_o);
  assign request_granted = request_o && request_grant_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      bytes_q <= '0;
      done_q <= '0;
      held_q <= '0;
      free_q <= FreeBits'(npu_pkg::LoadFifo);
    end else begin
      held_q <= held_q + HeldBits'(issue_i) - HeldBits'(complete_o);
      free_q <= free_q - (request_granted ? FreeBits'(request_beats_o) : '0) + FreeBits'(pop);
      if (issue_i) begin
        active_q <= op_i.action == npu_pkg::ActionCopyIn;   // signals and awaits have no runs
        bytes_q <= op_i.b;
        done_q <= '0;
      end else if (request_granted) begin
        done_q <= burst_final ? '0 : done_q + 32'(request_beats_o);
        if (burst_final && request_wraps[npu_pkg::Levels]) active_q <= 1'b0;
      end
    end
  end

  // Beats that have arrived.
  logic beat_ready;
  logic [BeatBits-1:0] beat;
  /* verilator lint_off PINCONNECTEMPTY */
  npu_queue #(.Width(BeatBits), .Depth(npu_pkg::LoadFifo)) u_beats (
    .clk_i, .rst_ni, .push_i(beat_valid_i), .data_i(beat_i), .pop_i(pop), .valid_o(beat_ready), .full_o(), .head_o(beat)
  );

  // Drain side: the oldest instruction, run after run, row after row.
  logic waiting, start, drain_q, row_done, run_done, all_done;
  /* verilator lint_off UNUSEDSIGNAL */
  npu_pkg::op_t next_op;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_queue #(.Width(npu_pkg::OpBits), .Depth(npu_pkg::LoadInstructions)) u_instructions (
    .clk_i, .rst_ni, .push_i(issue_i), .data_i(op_i), .pop_i(start), .valid_o(waiting), .full_o(), .head_o(next_op)
  );
  /* verilator lint_on PINCONNECTEMPTY */
  assign start = waiting && (!drain_q || complete_o);

  logic [npu_pkg::Units-1:0] post_q;
  logic plain_q, copies, signals_q;
  logic [npu_pkg::Cores-1:0] cores_q;
  logic [npu_pkg::EventBits-1:0] event_q;
  logic [31:0] length_q, row_q, row_start_q, popped_q;   // row_start_q: row_q rows in bytes
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] origin, target;
  logic inside_source, inside_target;
  logic [npu_pkg::Levels:0] wraps_source, wraps_target;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_generator u_source (
    .clk_i, .rst_ni, .load_i(start), .base_i(next_op.a), .shape_i(next_op.shape_a), .window_i(1'b0),
    .advance_i(run_done), .address_o(origin), .inside_o(inside_source), .wraps_o(wraps_source)
  );
  npu_generator u_target (
    .clk_i, .rst_ni, .load_i(start), .base_i(next_op.d), .shape_i(next_op.shape_d), .window_i(1'b0),
    .advance_i(run_done), .address_o(target), .inside_o(inside_target), .wraps_o(wraps_target)
  );

  // Row k of the run and the beat b_k that completes it, both counted from the run's first.
  logic [31:0] so, po, row_end, run_end, stop, needed;
  logic row_last, can_write, bank_free;
  logic [npu_pkg::PadRowBits-1:0] row;
  assign so = 32'(origin[BeatShift-1:0]);
  assign po = 32'(npu_pkg::byte_of(target));
  assign row_end = row_start_q + Cols - po;
  assign run_end = length_q;
  assign row_last = row_end >= run_end;
  assign stop = row_last ? run_end : row_end;
  assign needed = (so + stop - 32'd1) >> BeatShift;
  assign row = npu_pkg::row_of(target) + npu_pkg::PadRowBits'(row_q);
  logic [npu_pkg::PadBankBits-1:0] bank;
  logic copied;
  assign bank = npu_pkg::PadBankBits'(row >> npu_pkg::PadBankShift);
  assign copied = npu_pkg::CopiesAcross && npu_fault_pkg::Fault != npu_fault_pkg::LoadIgnoresCopies && copy_write_i &&
                  bank == npu_pkg::PadBankBits'(copy_row_i >> npu_pkg::PadBankShift);
  assign bank_free = (!claimed_i[bank] || npu_fault_pkg::Fault == npu_fault_pkg::LoadIgnoresClaims) && !copied;
  assign can_write = copies && bank_free && (popped_q > needed || (popped_q == needed && beat_ready));
  assign pop = copies && beat_ready && (popped_q < needed || (popped_q == needed && bank_free));
  assign row_done = can_write;
  assign run_done = row_done && row_last;
  assign all_done = (run_done && wraps_target[npu_pkg::Levels]) || (drain_q && plain_q);
  assign complete_o = all_done;
  assign post_o = post_q;

  // An instruction without runs takes one cycle of the drain side.
  assign copies = drain_q && !plain_q;
  assign signal_o = (complete_o && signals_q) ? cores_q : '0;
  assign event_o = event_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      plain_q <= 1'b0;
      signals_q <= 1'b0;
      cores_q <= '0;
      event_q <= '0;
    end else if (start) begin
      plain_q <= next_op.action != npu_pkg::ActionCopyIn;
      signals_q <= next_op.action == npu_pkg::ActionSignal;
      cores_q <= next_op.a[npu_pkg::Cores-1:0];
      event_q <= next_op.b[npu_pkg::EventBits-1:0];
    end
  end

  logic [Kept*BeatBits-1:0] kept_q;   // the beats popped last, the newest on top
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      drain_q <= 1'b0;
      post_q <= '0;
      length_q <= '0;
      row_q <= '0;
      row_start_q <= '0;
      popped_q <= '0;
      kept_q <= '0;
    end else begin
      if (pop) kept_q <= {beat, kept_q[Kept*BeatBits-1:BeatBits]};
      if (start) begin
        drain_q <= 1'b1;
        post_q <= next_op.post;
        length_q <= next_op.b;
      end else if (all_done) begin
        drain_q <= 1'b0;
      end
      row_q <= (start || run_done) ? '0 : row_q + 32'(row_done);
      row_start_q <= (start || run_done) ? '0 : row_done ? row_start_q + Cols : row_start_q;
      popped_q <= (start || run_done) ? '0 : popped_q + 32'(pop);
    end
  end

  // A row lies in the newest beats, of which the last is number `needed`: the one that arrives now, or the one popped last.
  logic [Kept*BeatBits-1:0] beats;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] shift;   // from the oldest kept beat's first byte to the row's
  /* verilator lint_on UNUSEDSIGNAL */
  assign beats = (popped_q == needed) ? {beat, kept_q[Kept*BeatBits-1:BeatBits]} : kept_q;
  assign shift = so + row_start_q - po + (Kept - 1) * Beat - (needed << BeatShift);
  assign write_o = row_done;
  assign write_row_o = row;
  assign write_data_o = RowBits'(beats >> {shift[ShiftBits-1:0], 3'b000});
  for (genvar m = 0; m < Cols; m++) begin : gen_mask
    logic byte_in;
    assign byte_in = (row_q != '0 || m >= po) && (row_start_q + m < run_end + po);
    assign write_mask_o[8*m +: 8] = {8{byte_in}};
  end
endmodule
