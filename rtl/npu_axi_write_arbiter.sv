// The store engines of all cores on one AW and one W channel (TIMING.md section 6).
// Interface: slice k of each input and output is core k's engine, which shows a burst until it is accepted and sends its beats then.
// A burst on AW stays there until aw_ready_i; the next one, of the core whose turn it is, comes when all of its beats are sent.
// aw_id_o: the core's number. Reset: nothing under way, core 0 first.
module npu_axi_write_arbiter #(
  parameter int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned IdBits = npu_pkg::WriteIdBits,
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1),
  localparam int unsigned BeatBits = npu_pkg::BeatBits,
  localparam int unsigned Beat = npu_pkg::BeatBytes
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Cores-1:0] aw_valid_i,
  input  logic [Cores*32-1:0] aw_address_i,
  input  logic [Cores*LengthBits-1:0] aw_beats_i,
  output logic [Cores-1:0] aw_ready_o,
  input  logic [Cores-1:0] w_valid_i,
  input  logic [Cores*BeatBits-1:0] w_data_i,
  input  logic [Cores*Beat-1:0] w_strobe_i,
  input  logic [Cores-1:0] w_last_i,
  output logic [Cores-1:0] w_ready_o,
  output logic aw_valid_o,
  output logic [IdBits-1:0] aw_id_o,
  output logic [31:0] aw_address_o,
  output logic [LengthBits-1:0] aw_beats_o,
  input  logic aw_ready_i,
  output logic w_valid_o,
  output logic [BeatBits-1:0] w_data_o,
  output logic [Beat-1:0] w_strobe_o,
  output logic w_last_o,
  input  logic w_ready_i
);
  // The core whose burst is on AW from before, and the one whose beats are being sent: one bit or none.
  logic [Cores-1:0] shown_q, sending_q, turn, chosen;
  logic accepted;
  assign aw_valid_o = chosen != '0;
  assign chosen = (sending_q != '0) ? '0 : (shown_q != '0) ? shown_q : turn;
  assign accepted = aw_valid_o && aw_ready_i;
  assign aw_ready_o = aw_ready_i ? chosen : '0;
  npu_round_robin #(.Requesters(Cores)) u_turn (
    .clk_i, .rst_ni, .request_i(aw_valid_i), .chosen_o(turn), .take_i(accepted), .taken_i(chosen)
  );
  assign w_valid_o = (w_valid_i & sending_q) != '0;
  assign w_last_o = (w_last_i & sending_q) != '0;
  assign w_ready_o = w_ready_i ? sending_q : '0;
  always_comb begin
    aw_id_o = '0;
    aw_address_o = '0;
    aw_beats_o = '0;
    w_data_o = '0;
    w_strobe_o = '0;
    for (int unsigned k = 0; k < Cores; k++) begin
      if (chosen[k]) begin
        aw_id_o = IdBits'(k);
        aw_address_o = aw_address_i[32*k +: 32];
        aw_beats_o = aw_beats_i[LengthBits*k +: LengthBits];
      end
      if (sending_q[k]) begin
        w_data_o = w_data_i[BeatBits*k +: BeatBits];
        w_strobe_o = w_strobe_i[Beat*k +: Beat];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      shown_q <= '0;
      sending_q <= '0;
    end else begin
      shown_q <= accepted ? '0 : chosen;
      if (accepted) sending_q <= chosen;
      else if (w_valid_o && w_ready_i && w_last_o) sending_q <= '0;
    end
  end
`ifndef SYNTHESIS
  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert ((shown_q & ~aw_valid_i) == '0) else $error("a burst leaves AW before it is accepted");
      assert ((w_valid_i & ~sending_q) == '0) else $error("a write beat without an accepted burst");
    end
`endif
endmodule
