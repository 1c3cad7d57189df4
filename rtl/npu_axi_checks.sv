// What AXI4 asks of both sides of the core's port, in simulations (npu_cluster has it only there).
// Interface: the port's signals. Bursts are INCR of full beats, aligned to them, inside 4 KiB, no longer than the spec's burst_beats;
// what is shown stays as it is until it is taken; write beats follow their burst's address, the last one says so; beats
// and answers come only for what was asked. Reset: nothing under way.
module npu_axi_checks #(
  localparam int unsigned DataBits = npu_pkg::BeatBits,
  localparam int unsigned ReadIdBits = npu_pkg::ReadIdBits,
  localparam int unsigned WriteIdBits = npu_pkg::WriteIdBits
) (
  input logic clk_i,
  input logic rst_ni,
  input logic ar_valid_i, ar_ready_i,
  input logic [ReadIdBits-1:0] ar_id_i,
  input logic [31:0] ar_addr_i,
  input logic [7:0] ar_len_i,
  input logic [2:0] ar_size_i,
  input logic [1:0] ar_burst_i,
  input logic r_valid_i, r_ready_i,
  input logic [ReadIdBits-1:0] r_id_i,
  input logic aw_valid_i, aw_ready_i,
  input logic [WriteIdBits-1:0] aw_id_i,
  input logic [31:0] aw_addr_i,
  input logic [7:0] aw_len_i,
  input logic [2:0] aw_size_i,
  input logic [1:0] aw_burst_i,
  input logic w_valid_i, w_ready_i,
  input logic [DataBits-1:0] w_data_i,
  input logic [DataBits/8-1:0] w_strb_i,
  input logic w_last_i,
  input logic b_valid_i, b_ready_i,
  input logic [WriteIdBits-1:0] b_id_i
);
  localparam int unsigned ReadIds = 1 << ReadIdBits;
  localparam int unsigned WriteIds = 1 << WriteIdBits;
  localparam int unsigned BurstBits = 32 + 8 + 3 + 2;
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
  logic [ReadIdBits+BurstBits-1:0] ar, ar_q;
  logic [WriteIdBits+BurstBits-1:0] aw, aw_q;
  logic [BeatBits-1:0] w, w_q;
  assign ar = {ar_id_i, ar_addr_i, ar_len_i, ar_size_i, ar_burst_i};
  assign aw = {aw_id_i, aw_addr_i, aw_len_i, aw_size_i, aw_burst_i};
  assign w = {w_data_i, w_strb_i, w_last_i};

  // What is under way: beats to come of each read id, beats to be sent of the write burst and its id, bursts of each write id
  // without an answer.
  logic ar_taken, r_taken, aw_taken, w_taken, b_taken;
  logic [31:0] read_beats_q [ReadIds];
  logic [31:0] answers_q [WriteIds];
  logic [31:0] write_beats_q;
  logic [WriteIdBits-1:0] write_id_q;
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
      write_beats_q <= '0;
      write_id_q <= '0;
    end else begin
      ar_held_q <= ar_valid_i && !ar_ready_i;
      aw_held_q <= aw_valid_i && !aw_ready_i;
      w_held_q <= w_valid_i && !w_ready_i;
      write_beats_q <= aw_taken ? 32'(aw_len_i) + 32'd1 : write_beats_q - 32'(w_taken);
      if (aw_taken) write_id_q <= aw_id_i;
    end
  end
  for (genvar id = 0; id < ReadIds; id++) begin : gen_read
    logic asked, came;
    assign asked = ar_taken && 32'(ar_id_i) == id;
    assign came = r_taken && 32'(r_id_i) == id;
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) read_beats_q[id] <= '0;
      else read_beats_q[id] <= read_beats_q[id] + (asked ? 32'(ar_len_i) + 32'd1 : '0) - 32'(came);
  end
  for (genvar id = 0; id < WriteIds; id++) begin : gen_write
    logic sent, answered;
    assign sent = w_taken && w_last_i && 32'(write_id_q) == id;
    assign answered = b_taken && 32'(b_id_i) == id;
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) answers_q[id] <= '0;
      else answers_q[id] <= answers_q[id] + 32'(sent) - 32'(answered);
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
      assert (!r_valid_i || read_beats_q[r_id_i] != 32'd0) else $error("a read beat that nobody asked for");
      assert (!b_valid_i || answers_q[b_id_i] != 32'd0) else $error("an answer to no write burst");
    end
endmodule
