// One register slot in front of the AR channel, shared by the instruction caches and the load engines of all cores (TIMING.md
// section 6).
// Interface: a requester shows a burst (slice k of each input: core k's); *_grant_o in the same cycle takes it, caches first, of several
// the core whose turn it is; the slot shows it from the next cycle until ar_ready_i. A slot whose burst is accepted in a cycle can
// take the next one in it. ar_id_o: the core's number, and in bit 0 whether it is its load engine's. Reset: empty.
module npu_axi_read_arbiter #(
  parameter int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned IdBits = npu_pkg::ReadIdBits,
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Cores-1:0] cache_request_i,
  input  logic [Cores*32-1:0] cache_address_i,
  input  logic [Cores*LengthBits-1:0] cache_beats_i,
  output logic [Cores-1:0] cache_grant_o,
  input  logic [Cores-1:0] load_request_i,
  input  logic [Cores*32-1:0] load_address_i,
  input  logic [Cores*LengthBits-1:0] load_beats_i,
  output logic [Cores-1:0] load_grant_o,
  output logic ar_valid_o,
  output logic [IdBits-1:0] ar_id_o,
  output logic [31:0] ar_address_o,
  output logic [LengthBits-1:0] ar_beats_o,
  input  logic ar_ready_i
);
  logic open, caches;
  logic [Cores-1:0] request, chosen;
  assign open = !ar_valid_o || ar_ready_i;
  assign caches = cache_request_i != '0;
  assign request = caches ? cache_request_i : load_request_i;
  npu_round_robin #(.Requesters(Cores)) u_turn (
    .clk_i, .rst_ni, .request_i(request), .chosen_o(chosen), .take_i(open && request != '0), .taken_i(chosen)
  );
  assign cache_grant_o = (open && caches) ? chosen : '0;
  assign load_grant_o = (open && !caches) ? chosen : '0;

  // The burst of the core that is chosen.
  logic [IdBits-1:0] id;
  logic [31:0] address;
  logic [LengthBits-1:0] beats;
  always_comb begin
    id = '0;
    address = '0;
    beats = '0;
    for (int unsigned k = 0; k < Cores; k++)
      if (chosen[k]) begin
        id = IdBits'({k, !caches});
        address = caches ? cache_address_i[32*k +: 32] : load_address_i[32*k +: 32];
        beats = caches ? cache_beats_i[LengthBits*k +: LengthBits] : load_beats_i[LengthBits*k +: LengthBits];
      end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_valid_o <= 1'b0;
      ar_id_o <= '0;
      ar_address_o <= '0;
      ar_beats_o <= '0;
    end else if (open) begin
      ar_valid_o <= request != '0;
      ar_id_o <= id;
      ar_address_o <= address;
      ar_beats_o <= beats;
    end
  end
endmodule
