// The bursts of a run of bytes (TIMING.md section 6): combinational.
// Interface: the run starts at DRAM address start_i and has bytes_i bytes (at least 1); done_i of its beats are cut already.
// beats_o is the length of the next burst at address_o, final_o says that it is the run's last.
module npu_burst #(
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1)
) (
  input  logic [31:0] start_i,
  input  logic [31:0] bytes_i,
  input  logic [31:0] done_i,
  output logic [31:0] address_o,
  output logic [LengthBits-1:0] beats_o,
  output logic final_o
);
  localparam int unsigned BeatShift = npu_pkg::BeatShift;
  localparam int unsigned PageBeats = 4096 / npu_pkg::BeatBytes;

  logic [31:0] total, left, in_page, limit;
  assign total = ((32'(start_i[BeatShift-1:0]) + bytes_i - 32'd1) >> BeatShift) + 32'd1;
  assign left = total - done_i;
  assign address_o = {start_i[31:BeatShift], {BeatShift{1'b0}}} + (done_i << BeatShift);
  assign in_page = PageBeats - 32'(address_o[11:BeatShift]);
  assign limit = (in_page < npu_pkg::BurstBeats) ? in_page : npu_pkg::BurstBeats;
  assign final_o = left <= limit;
  assign beats_o = LengthBits'(final_o ? left : limit);
endmodule
