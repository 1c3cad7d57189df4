// Leading zeros: how many zero bits stand above the highest one. Halves the word in each step, so the depth is logarithmic.
// Interface: combinational. Means nothing when the value is zero. Needs Width >= 2.
module fp_lzc #(
  parameter int unsigned Width = 32,
  localparam int unsigned CountBits = $clog2(Width)
) (
  input  logic [Width-1:0] value_i,
  output logic [CountBits-1:0] count_o
);
  localparam int unsigned Steps = CountBits;
  localparam int unsigned Padded = 1 << Steps;

  // Step i looks at 2^(Steps-i) bits and keeps the half that has the highest one.
  logic [Padded-1:0] padded;
  if (Padded == Width) begin : gen_whole
    assign padded = value_i;
  end else begin : gen_pad
    assign padded = {value_i, {(Padded - Width) {1'b0}}};
  end

  for (genvar i = 0; i < Steps; i++) begin : gen_step
    localparam int unsigned Half = 1 << (Steps - 1 - i);
    logic [2*Half-1:0] word;
    logic [Half-1:0] kept;
    logic empty;
    if (i == 0) begin : gen_first
      assign word = padded;
    end else begin : gen_next
      assign word = gen_step[i-1].kept;
    end
    assign empty = ~|word[2*Half-1:Half];
    assign count_o[Steps-1-i] = empty;
    assign kept = empty ? word[Half-1:0] : word[2*Half-1:Half];
  end

  logic unused;
  assign unused = gen_step[Steps-1].kept[0];
endmodule
