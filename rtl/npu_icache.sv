// The instruction cache: direct mapped, one fill at a time, fetches the next line ahead (TIMING.md section 3).
// Interface: pc_i (index of an instruction) gives hit_o and word_o in the same cycle. While run_i is high, a missing line is filled:
// request_* presents bursts until request_grant_i, beat_valid_i brings their beats. entry_i is the text's address, text_bytes_i its size.
// Reset: all lines invalid.
module npu_icache #(
  localparam int unsigned LengthBits = $clog2(npu_pkg::BurstBeats + 1),
  localparam int unsigned WordBits = 8 * npu_pkg::WordBytes,
  localparam int unsigned BeatBits = npu_pkg::BeatBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic run_i,
  input  logic [31:0] entry_i,
  input  logic [31:0] text_bytes_i,
  input  logic [31:0] pc_i,
  output logic hit_o,
  output logic [WordBits-1:0] word_o,
  output logic request_o,
  output logic [31:0] request_address_o,
  output logic [LengthBits-1:0] request_beats_o,
  input  logic request_grant_i,
  input  logic beat_valid_i,
  input  logic [BeatBits-1:0] beat_i
);
  localparam int unsigned Lines = npu_pkg::CacheLines;
  localparam int unsigned LineShift = $clog2(npu_pkg::LineBytes);
  localparam int unsigned LineWords = npu_pkg::LineBytes / npu_pkg::WordBytes;
  localparam int unsigned LineBeats = npu_pkg::LineBytes / npu_pkg::BeatBytes;
  localparam int unsigned IndexBits = $clog2(Lines);
  localparam int unsigned WordShift = $clog2(LineWords);
  localparam int unsigned BeatCountBits = $clog2(LineBeats + 1);
  // Rows of the memory are as wide as a word or a beat, whichever is wider.
  localparam int unsigned WideBits = (WordBits > BeatBits) ? WordBits : BeatBits;
  localparam int unsigned WideRows = Lines * npu_pkg::LineBytes * 8 / WideBits;
  localparam int unsigned WideRowBits = $clog2(WideRows);

  logic [WideBits-1:0] memory [WideRows];
  logic [31:0] tag [Lines];        // line number
  logic [Lines-1:0] valid_q;

  // The fill under way: beats still to be asked for, and beats received.
  logic fill_q, last_beat;
  logic [31:0] line_q;
  logic [BeatCountBits-1:0] asked_q, received_q, left;

  // Lines are numbered from the start of the text.
  logic [31:0] line, next_line, lines;
  logic hit_next, want;
  assign line = pc_i >> WordShift;
  assign next_line = line + 32'd1;
  assign lines = (text_bytes_i + npu_pkg::LineBytes - 1) >> LineShift;
  assign hit_o = valid_q[line[IndexBits-1:0]] && tag[line[IndexBits-1:0]] == line;
  assign hit_next = next_line >= lines || (valid_q[next_line[IndexBits-1:0]] && tag[next_line[IndexBits-1:0]] == next_line);

  if (WordBits >= BeatBits) begin : gen_narrow_beats
    localparam int unsigned Parts = WordBits / BeatBits;
    localparam int unsigned PartShift = $clog2(Parts);
    logic [WideRowBits-1:0] place;
    assign place = {line_q[IndexBits-1:0], {(WideRowBits-IndexBits){1'b0}}} | WideRowBits'(32'(received_q) >> PartShift);
    assign word_o = memory[pc_i[WideRowBits-1:0]];
    if (Parts == 1) begin : gen_whole
      always_ff @(posedge clk_i) if (beat_valid_i) memory[place] <= beat_i;
    end else begin : gen_part
      always_ff @(posedge clk_i)
        if (beat_valid_i) memory[place][received_q[PartShift-1:0]*BeatBits +: BeatBits] <= beat_i;
    end
  end else begin : gen_wide_beats
    localparam int unsigned PartShift = $clog2(BeatBits / WordBits);
    logic [WideRowBits-1:0] place;
    assign place = WideRowBits'({32'(line_q[IndexBits-1:0]) * LineBeats + 32'(received_q)});
    assign word_o = memory[pc_i[PartShift +: WideRowBits]][pc_i[PartShift-1:0]*WordBits +: WordBits];
    always_ff @(posedge clk_i) if (beat_valid_i) memory[place] <= beat_i;
  end

  assign want = run_i && !fill_q && (!hit_o || !hit_next);
  assign left = BeatCountBits'(LineBeats) - asked_q;
  assign request_o = fill_q && left != '0;
  assign request_beats_o = (32'(left) > npu_pkg::BurstBeats) ? LengthBits'(npu_pkg::BurstBeats) : LengthBits'(left);
  assign request_address_o = entry_i + (line_q << LineShift) + 32'(asked_q) * npu_pkg::BeatBytes;
  assign last_beat = beat_valid_i && received_q == BeatCountBits'(LineBeats - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_q <= 1'b0;
      line_q <= '0;
      asked_q <= '0;
      received_q <= '0;
      valid_q <= '0;
    end else if (want) begin
      fill_q <= 1'b1;
      line_q <= hit_o ? next_line : line;
      asked_q <= '0;
      received_q <= '0;
      valid_q[hit_o ? next_line[IndexBits-1:0] : line[IndexBits-1:0]] <= 1'b0;
    end else if (fill_q) begin
      if (request_o && request_grant_i) asked_q <= asked_q + BeatCountBits'(request_beats_o);
      if (beat_valid_i) received_q <= received_q + 1'b1;
      if (last_beat) begin
        fill_q <= 1'b0;
        valid_q[line_q[IndexBits-1:0]] <= 1'b1;
      end
    end
  end
  always_ff @(posedge clk_i) if (last_beat) tag[line_q[IndexBits-1:0]] <= line_q;
endmodule
