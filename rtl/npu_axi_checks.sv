// What AXI4 asks of both sides of the core's port, in simulations (npu_core has it only there).
// Interface: the port's signals. Bursts are INCR of full beats, aligned to them, inside 4 KiB, no longer than the spec's burst_beats;
// what is shown stays as it is until it is taken; write beats follow their burst's address, the last one says so; beats
// and answers come only for what was asked. Reset: nothing under way.
module npu_axi_checks #(
  localparam int unsigned DataBits = npu_pkg::BeatBits
) (
  input logic clk_i,
  input logic rst_ni,
  input logic ar_valid_i, ar_ready_i, ar_id_i,
  input logic [31:0] ar_addr_i,
  input logic [7:0] ar_len_i,
  input logic [2:0] ar_size_i,
  input logic [1:0] ar_burst_i,
  input logic r_valid_i, r_ready_i, r_id_i,
  input logic aw_valid_i, aw_ready_i,
  input logic [31:0] aw_addr_i,
  input logic [7:0] aw_len_i,
  input logic [2:0] aw_size_i,
  input logic [1:0] aw_burst_i,
  input logic w_valid_i, w_ready_i,
  input logic [DataBits-1:0] w_data_i,
  input logic [DataBits/8-1:0] w_strb_i,
  input logic w_last_i,
  input logic b_valid_i, b_ready_i
);
  localparam int unsigned AddressBits = 1 + 32 + 8 + 3 + 2;
  localparam int unsigned BeatBits = DataBits + DataBits / 8 + 1;
  localparam logic [1:0] Incr = 2'b01;

  function automatic logic legal(input logic [31:0] addr, input logic [7:0] len, input logic [2:0] size, input logic [1:0] burst);
    logic [31:0] bytes;
    bytes = (32'(len) + 32'd1) * npu_pkg::BeatBytes;
    legal = burst == Incr && size == 3'($clog2(npu_pkg::BeatBytes)) && 32'(len) < npu_pkg::BurstBeats &&
            (addr & (npu_pkg::BeatBytes - 1)) == 32'd0 && 32'(addr[11:0]) + bytes <= 32'd4096;
  endfunction

  // What was shown and not taken in the cycle before.
  logic ar_held_q, aw_held_q, w_held_q;
  logic [AddressBits-1:0] ar, aw, ar_q, aw_q;
  logic [BeatBits-1:0] w, w_q;
  assign ar = {ar_id_i, ar_addr_i, ar_len_i, ar_size_i, ar_burst_i};
  assign aw = {1'b0, aw_addr_i, aw_len_i, aw_size_i, aw_burst_i};
  assign w = {w_data_i, w_strb_i, w_last_i};

  // What is under way: beats to come of each read id, beats to be sent of the write burst, bursts without an answer.
  logic ar_taken, r_taken, aw_taken, w_taken, b_taken;
  logic [31:0] cache_beats_q, load_beats_q, write_beats_q, answers_q;
  assign ar_taken = ar_valid_i && ar_ready_i;
  assign r_taken = r_valid_i && r_ready_i;
  assign aw_taken = aw_valid_i && aw_ready_i;
  assign w_taken = w_valid_i && w_ready_i;
  assign b_taken = b_valid_i && b_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_held_q <= 1'b0;
      aw_held_q <= 1'b0;
      w_held_q <= 1'b0;
      cache_beats_q <= '0;
      load_beats_q <= '0;
      write_beats_q <= '0;
      answers_q <= '0;
    end else begin
      ar_held_q <= ar_valid_i && !ar_ready_i;
      aw_held_q <= aw_valid_i && !aw_ready_i;
      w_held_q <= w_valid_i && !w_ready_i;
      cache_beats_q <= cache_beats_q + ((ar_taken && !ar_id_i) ? 32'(ar_len_i) + 32'd1 : '0) - 32'(r_taken && !r_id_i);
      load_beats_q <= load_beats_q + ((ar_taken && ar_id_i) ? 32'(ar_len_i) + 32'd1 : '0) - 32'(r_taken && r_id_i);
      write_beats_q <= aw_taken ? 32'(aw_len_i) + 32'd1 : write_beats_q - 32'(w_taken);
      answers_q <= answers_q + 32'(w_taken && w_last_i) - 32'(b_taken);
    end
  end
  always_ff @(posedge clk_i) begin
    ar_q <= ar;
    aw_q <= aw;
    w_q <= w;
  end

  always_ff @(posedge clk_i)
    if (rst_ni) begin
      assert (!ar_held_q || (ar_valid_i && ar == ar_q)) else $error("AR changes before it is taken");
      assert (!aw_held_q || (aw_valid_i && aw == aw_q)) else $error("AW changes before it is taken");
      assert (!w_held_q || (w_valid_i && w == w_q)) else $error("W changes before it is taken");
      assert (!ar_valid_i || legal(ar_addr_i, ar_len_i, ar_size_i, ar_burst_i)) else $error("a read burst that AXI4 forbids");
      assert (!aw_valid_i || legal(aw_addr_i, aw_len_i, aw_size_i, aw_burst_i)) else $error("a write burst that AXI4 forbids");
      assert (!aw_taken || write_beats_q == 32'd0) else $error("a write burst before the last one's beats are sent");
      assert (!w_valid_i || write_beats_q != 32'd0) else $error("a write beat without a burst");
      assert (!w_valid_i || w_last_i == (write_beats_q == 32'd1)) else $error("WLAST is not at the burst's last beat");
      assert (!r_valid_i || (r_id_i ? load_beats_q : cache_beats_q) != 32'd0) else $error("a read beat that nobody asked for");
      assert (!b_valid_i || answers_q != 32'd0) else $error("an answer to no write burst");
    end
endmodule
