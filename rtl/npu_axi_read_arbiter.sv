// One register slot in front of the AR channel, shared by the instruction cache and the load engine (TIMING.md section 6).
// Interface: a requester shows a burst; grant_o in the same cycle takes it, the cache first; the slot shows it from the next cycle
// until ar_ready_i. A slot whose burst is accepted in a cycle can take the next one in it. Reset: empty.
module npu_axi_read_arbiter #(
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic cache_request_i,
  input  logic [31:0] cache_address_i,
  input  logic [LengthBits-1:0] cache_beats_i,
  output logic cache_grant_o,
  input  logic load_request_i,
  input  logic [31:0] load_address_i,
  input  logic [LengthBits-1:0] load_beats_i,
  output logic load_grant_o,
  output logic ar_valid_o,
  output logic ar_id_o,            // 0 cache, 1 load
  output logic [31:0] ar_address_o,
  output logic [LengthBits-1:0] ar_beats_o,
  input  logic ar_ready_i
);
  logic open;
  assign open = !ar_valid_o || ar_ready_i;
  assign cache_grant_o = open && cache_request_i;
  assign load_grant_o = open && load_request_i && !cache_request_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_valid_o <= 1'b0;
      ar_id_o <= 1'b0;
      ar_address_o <= '0;
      ar_beats_o <= '0;
    end else if (open) begin
      ar_valid_o <= cache_request_i || load_request_i;
      ar_id_o <= !cache_request_i;
      ar_address_o <= cache_request_i ? cache_address_i : load_address_i;
      ar_beats_o <= cache_request_i ? cache_beats_i : load_beats_i;
    end
  end
endmodule
