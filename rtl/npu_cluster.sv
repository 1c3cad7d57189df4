// The cores of a machine, what carries their events and copies, and the arbiters of the AXI4 port that they share.
// Interface: start_i high runs the program whose text of text_bytes_i bytes lies at entry_i (aligned to a cache line) on every core; it
// stays high until done_o (registered: the cycle after the last core's halt executed) or error_o (a core came to an unknown opcode).
// AXI: INCR bursts of full beats; read ids are the core's number, and in bit 0 whether its load unit or its instruction cache asks;
// write ids the core's number; beats of different read ids may mix; R and B are always ready. Reset: asynchronous, active low, at any
// time; the memories keep what they hold.
// Trace: slice k of each port is core k's (npu_core).
module npu_cluster #(
  localparam int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned DataBits = npu_pkg::BeatBits,
  localparam int unsigned ReadIdBits = npu_pkg::ReadIdBits,
  localparam int unsigned WriteIdBits = npu_pkg::WriteIdBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic start_i,
  input  logic [31:0] entry_i,
  input  logic [31:0] text_bytes_i,
  output logic done_o,
  output logic error_o,

  output logic axi_ar_valid_o,
  input  logic axi_ar_ready_i,
  output logic [ReadIdBits-1:0] axi_ar_id_o,
  output logic [31:0] axi_ar_addr_o,
  output logic [7:0] axi_ar_len_o,
  output logic [2:0] axi_ar_size_o,
  output logic [1:0] axi_ar_burst_o,
  input  logic axi_r_valid_i,
  output logic axi_r_ready_o,
  input  logic [ReadIdBits-1:0] axi_r_id_i,
  input  logic [DataBits-1:0] axi_r_data_i,
  output logic axi_aw_valid_o,
  input  logic axi_aw_ready_i,
  output logic [WriteIdBits-1:0] axi_aw_id_o,
  output logic [31:0] axi_aw_addr_o,
  output logic [7:0] axi_aw_len_o,
  output logic [2:0] axi_aw_size_o,
  output logic [1:0] axi_aw_burst_o,
  output logic axi_w_valid_o,
  input  logic axi_w_ready_i,
  output logic [DataBits-1:0] axi_w_data_o,
  output logic [DataBits/8-1:0] axi_w_strb_o,
  output logic axi_w_last_o,
  input  logic axi_b_valid_i,
  output logic axi_b_ready_o,
  input  logic [WriteIdBits-1:0] axi_b_id_i,

  output logic [Cores-1:0] trace_execute_o,
  output logic [Cores*32-1:0] trace_pc_o,
  output logic [Cores*3-1:0] trace_unit_o,
  output logic [Cores*Units-1:0] trace_issue_o,
  output logic [Cores*Units-1:0] trace_complete_o
);
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1);
  localparam int unsigned EventBits = npu_pkg::EventBits;
  localparam int unsigned Sources = 2 * Cores;   // of signals: each core's load and store unit

  logic [Cores-1:0] done, error;
  logic [Cores-1:0] cache_request, cache_grant, load_request, load_grant;
  logic [Cores*32-1:0] cache_address, load_address, aw_address;
  logic [Cores*LengthBits-1:0] cache_beats, load_beats, store_beats;
  logic [Cores-1:0] aw_valid, aw_ready, w_valid, w_ready, w_last;
  // Bursts to other cores' scratchpads go another way than those to DRAM.
  logic [Cores-1:0] across, dram_aw_ready, dram_w_ready, copy_aw_ready, copy_w_ready, copy_answer, copy_free, copy_write;
  logic [Cores*Cores-1:0] aw_cores;
  logic [npu_pkg::PadRowBits-1:0] copy_row;
  logic [npu_pkg::RowBits-1:0] copy_data, copy_mask;
  logic [Cores*DataBits-1:0] w_data;
  logic [Cores*DataBits/8-1:0] w_strobe;
  // What each source signals to which cores, and that some cycles later.
  logic [Sources*Cores-1:0] signals, signals_late;
  logic [Sources*EventBits-1:0] events, events_late;
  assign done_o = &done;
  assign error_o = |error;

  for (genvar k = 0; k < Cores; k++) begin : gen_core
    logic mine, answered;
    logic [Sources-1:0] heard;
    if (Cores == 1) begin : gen_alone
      assign mine = axi_r_valid_i;
      assign answered = axi_b_valid_i;
    end else begin : gen_named
      assign mine = axi_r_valid_i && (32'(axi_r_id_i) >> 1) == k;
      assign answered = axi_b_valid_i && 32'(axi_b_id_i) == k;
    end
    for (genvar s = 0; s < Sources; s++) begin : gen_heard
      assign heard[s] = signals_late[s*Cores+k];
    end
    assign across[k] = npu_pkg::CopiesAcross && aw_cores[Cores*k +: Cores] != '0;
    npu_core u_core (
      .clk_i, .rst_ni, .start_i, .core_i(npu_pkg::CoreBits'(k)), .entry_i, .text_bytes_i, .done_o(done[k]), .error_o(error[k]),
      .cache_request_o(cache_request[k]), .cache_address_o(cache_address[32*k +: 32]),
      .cache_beats_o(cache_beats[LengthBits*k +: LengthBits]), .cache_grant_i(cache_grant[k]),
      .load_request_o(load_request[k]), .load_address_o(load_address[32*k +: 32]),
      .load_beats_o(load_beats[LengthBits*k +: LengthBits]), .load_grant_i(load_grant[k]),
      .cache_beat_i(mine && !axi_r_id_i[0]), .load_beat_i(mine && axi_r_id_i[0]), .beat_i(axi_r_data_i),
      .aw_valid_o(aw_valid[k]), .aw_ready_i(aw_ready[k]), .aw_address_o(aw_address[32*k +: 32]),
      .aw_beats_o(store_beats[LengthBits*k +: LengthBits]),
      .w_valid_o(w_valid[k]), .w_ready_i(w_ready[k]), .w_data_o(w_data[DataBits*k +: DataBits]),
      .w_strobe_o(w_strobe[DataBits/8*k +: DataBits/8]), .w_last_o(w_last[k]), .b_valid_i(answered || copy_answer[k]),
      .aw_cores_o(aw_cores[Cores*k +: Cores]),
      .copy_free_o(copy_free[k]), .copy_write_i(copy_write[k]), .copy_row_i(copy_row), .copy_data_i(copy_data), .copy_mask_i(copy_mask),
      .signal_o(signals[2*k*Cores +: 2*Cores]), .event_o(events[2*k*EventBits +: 2*EventBits]),
      .signal_i(heard), .event_i(events_late),
      .trace_execute_o(trace_execute_o[k]), .trace_pc_o(trace_pc_o[32*k +: 32]), .trace_unit_o(trace_unit_o[3*k +: 3]),
      .trace_issue_o(trace_issue_o[Units*k +: Units]), .trace_complete_o(trace_complete_o[Units*k +: Units])
    );
  end

  // A unit signals in the cycle before it completes, and the counters show it `latency` cycles after that.
  localparam int unsigned Delay = npu_pkg::EventLatency -
                                  ((npu_fault_pkg::Fault == npu_fault_pkg::SignalEarly && npu_pkg::EventLatency > 0) ? 1 : 0);
  npu_delay #(.Width(Sources * (Cores + EventBits)), .Cycles(Delay)) u_signals (
    .clk_i, .rst_ni, .d_i({signals, events}), .q_o({signals_late, events_late})
  );

  if (npu_pkg::CopiesAcross) begin : gen_copies
    npu_copies u_copies (
      .clk_i, .rst_ni, .aw_valid_i(aw_valid & across), .aw_address_i(aw_address), .aw_cores_i(aw_cores), .aw_ready_o(copy_aw_ready),
      .w_data_i(w_data), .w_strobe_i(w_strobe), .w_last_i(w_last), .w_ready_o(copy_w_ready), .answer_o(copy_answer),
      .row_o(copy_row), .data_o(copy_data), .mask_o(copy_mask), .free_i(copy_free), .write_o(copy_write)
    );
  end else begin : gen_no_copies
    logic unused_copies;
    assign unused_copies = ^{copy_free, aw_cores};
    assign {copy_aw_ready, copy_w_ready, copy_answer, copy_write} = '0;
    assign {copy_row, copy_data, copy_mask} = '0;
  end
  assign aw_ready = dram_aw_ready | copy_aw_ready;
  assign w_ready = dram_w_ready | copy_w_ready;

  logic [LengthBits-1:0] ar_beats, aw_beats;
  npu_axi_read_arbiter u_read_arbiter (
    .clk_i, .rst_ni,
    .cache_request_i(cache_request), .cache_address_i(cache_address), .cache_beats_i(cache_beats), .cache_grant_o(cache_grant),
    .load_request_i(load_request), .load_address_i(load_address), .load_beats_i(load_beats), .load_grant_o(load_grant),
    .ar_valid_o(axi_ar_valid_o), .ar_id_o(axi_ar_id_o), .ar_address_o(axi_ar_addr_o), .ar_beats_o(ar_beats),
    .ar_ready_i(axi_ar_ready_i)
  );
  npu_axi_write_arbiter u_write_arbiter (
    .clk_i, .rst_ni, .aw_valid_i(aw_valid & ~across), .aw_address_i(aw_address), .aw_beats_i(store_beats), .aw_ready_o(dram_aw_ready),
    .w_valid_i(w_valid & ~across), .w_data_i(w_data), .w_strobe_i(w_strobe), .w_last_i(w_last), .w_ready_o(dram_w_ready),
    .aw_valid_o(axi_aw_valid_o), .aw_id_o(axi_aw_id_o), .aw_address_o(axi_aw_addr_o), .aw_beats_o(aw_beats),
    .aw_ready_i(axi_aw_ready_i),
    .w_valid_o(axi_w_valid_o), .w_data_o(axi_w_data_o), .w_strobe_o(axi_w_strb_o), .w_last_o(axi_w_last_o), .w_ready_i(axi_w_ready_i)
  );
  assign axi_ar_len_o = 8'(ar_beats) - 8'd1;
  assign axi_aw_len_o = 8'(aw_beats) - 8'd1;
  assign axi_ar_size_o = 3'($clog2(npu_pkg::BeatBytes));
  assign axi_aw_size_o = 3'($clog2(npu_pkg::BeatBytes));
  assign axi_ar_burst_o = 2'b01;
  assign axi_aw_burst_o = 2'b01;
  assign axi_r_ready_o = 1'b1;
  assign axi_b_ready_o = 1'b1;
  logic unused;
  assign unused = ^{axi_r_id_i, axi_b_id_i};

`ifndef SYNTHESIS
  npu_axi_checks u_axi_checks (
    .clk_i, .rst_ni, .ar_valid_i(axi_ar_valid_o), .ar_ready_i(axi_ar_ready_i), .ar_id_i(axi_ar_id_o), .ar_addr_i(axi_ar_addr_o),
    .ar_len_i(axi_ar_len_o), .ar_size_i(axi_ar_size_o), .ar_burst_i(axi_ar_burst_o),
    .r_valid_i(axi_r_valid_i), .r_ready_i(axi_r_ready_o), .r_id_i(axi_r_id_i),
    .aw_valid_i(axi_aw_valid_o), .aw_ready_i(axi_aw_ready_i), .aw_id_i(axi_aw_id_o), .aw_addr_i(axi_aw_addr_o), .aw_len_i(axi_aw_len_o),
    .aw_size_i(axi_aw_size_o), .aw_burst_i(axi_aw_burst_o),
    .w_valid_i(axi_w_valid_o), .w_ready_i(axi_w_ready_i), .w_data_i(axi_w_data_o), .w_strb_i(axi_w_strb_o), .w_last_i(axi_w_last_o),
    .b_valid_i(axi_b_valid_i), .b_ready_i(axi_b_ready_o), .b_id_i(axi_b_id_i)
  );
`endif
endmodule
