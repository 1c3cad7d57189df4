// The bus on which store engines write into the scratchpads of other cores (TIMING.md section 7).
// Interface: slice k of each input is core k's engine, which shows a burst (aw_*, for the cores of its mask) until aw_ready_o, combinational,
// and its beats then, as long as it takes. The bus goes through a beat in steps of a row, or of the part of one that a beat is: row_o,
// data_o and mask_o are the step's, for all cores; free_i tells which of them could write it. write_o, combinational, is high for all cores of
// the mask in the cycle in which all of them can; with a beat's last step w_ready_o takes it, with a burst's answer_o. Reset: nothing
// under way, core 0 first.
module npu_copies #(
  localparam int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned Beat = npu_pkg::BeatBytes,
  localparam int unsigned BeatBits = npu_pkg::BeatBits,
  localparam int unsigned RowBits = npu_pkg::RowBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Cores-1:0] aw_valid_i,
  input  logic [Cores*32-1:0] aw_address_i,
  input  logic [Cores*Cores-1:0] aw_cores_i,
  output logic [Cores-1:0] aw_ready_o,
  input  logic [Cores*BeatBits-1:0] w_data_i,
  input  logic [Cores*Beat-1:0] w_strobe_i,
  input  logic [Cores-1:0] w_last_i,
  output logic [Cores-1:0] w_ready_o,
  output logic [Cores-1:0] answer_o,
  output logic [npu_pkg::PadRowBits-1:0] row_o,
  output logic [RowBits-1:0] data_o,
  output logic [RowBits-1:0] mask_o,
  input  logic [Cores-1:0] free_i,
  output logic [Cores-1:0] write_o
);
  localparam int unsigned Cols = npu_pkg::ArrayCols;
  localparam int unsigned Step = (Beat < Cols) ? Beat : Cols;

  logic [Cores-1:0] sending_q, targets_q;   // whose burst it is (one bit or none), and for which cores
  logic [31:0] address_q;                   // of the step
  logic [Cores-1:0] chosen;
  logic open, write, beat_done;
  assign open = sending_q == '0;
  npu_round_robin #(.Requesters(Cores)) u_turn (
    .clk_i, .rst_ni, .request_i(aw_valid_i), .chosen_o(chosen), .take_i(open && aw_valid_i != '0), .taken_i(chosen)
  );
  assign aw_ready_o = open ? chosen : '0;

  // What the chosen core's engine shows, and what the sending one's does.
  logic [31:0] address;
  logic [Cores-1:0] targets;
  logic [BeatBits-1:0] beat;
  logic [Beat-1:0] strobe;
  always_comb begin
    address = '0;
    targets = '0;
    beat = '0;
    strobe = '0;
    for (int unsigned k = 0; k < Cores; k++) begin
      if (chosen[k]) begin
        address = aw_address_i[32*k +: 32];
        targets = aw_cores_i[Cores*k +: Cores];
      end
      if (sending_q[k]) begin
        beat = w_data_i[BeatBits*k +: BeatBits];
        strobe = w_strobe_i[Beat*k +: Beat];
      end
    end
  end

  // The step's part of the beat, and where in a row it lies.
  logic [31:0] part;
  logic [8*Step-1:0] bytes;
  logic [Step-1:0] strobes;
  assign part = (Beat > Step) ? address_q % Beat : 32'd0;
  assign bytes = (8*Step)'(beat >> (8 * part));
  assign strobes = Step'(strobe >> part);
  assign row_o = npu_pkg::row_of(address_q);
  for (genvar m = 0; m < Cols; m++) begin : gen_byte
    logic here;
    assign here = Step == Cols || 32'(npu_pkg::byte_of(address_q)) / Step == m / Step;
    assign data_o[8*m +: 8] = bytes[8*(m%Step) +: 8];
    assign mask_o[8*m +: 8] = {8{here && strobes[m%Step]}};
  end

  assign write = !open && ((free_i & targets_q) == targets_q || npu_fault_pkg::Fault == npu_fault_pkg::CopyIgnoresClaims);
  assign beat_done = write && part + Step >= Beat;
  assign write_o = write ? targets_q : '0;
  assign w_ready_o = beat_done ? sending_q : '0;
  assign answer_o = w_ready_o & w_last_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sending_q <= '0;
      targets_q <= '0;
      address_q <= '0;
    end else if (open) begin
      sending_q <= chosen;
      targets_q <= targets;
      address_q <= address;
    end else if (write) begin
      address_q <= address_q + Step;
      if (answer_o != '0) sending_q <= '0;
    end
  end
endmodule
