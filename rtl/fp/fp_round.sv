// Normalises an exact result, rounds it to nearest, ties to even, and packs it.
// Interface: combinational. The result is magnitude_i, whose highest bit has the biased exponent exponent_i, plus a positive amount below
// its lowest bit if sticky_i. Too small results become subnormal or zero, too large ones infinite, all with sign_i.
// inf_i makes the result infinite, nan_i the canonical quiet NaN (positive, only the fraction's highest bit set).
//
// Two shifters exist only where they are asked for:
//   Normalise    the highest one may be below the highest bit; then sticky_i promises that enough bits stay in magnitude_i
//   Denormalise  exponent_i may be below 1
module fp_round #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned Width = 32,
  parameter bit Normalise = 1'b1,
  parameter bit Denormalise = 1'b1,
  localparam int unsigned SignedExpBits = ExpBits + 2
) (
  input  logic sign_i,
  input  logic signed [SignedExpBits-1:0] exponent_i,
  input  logic [Width-1:0] magnitude_i,
  input  logic sticky_i,
  input  logic inf_i,
  input  logic nan_i,
  output logic [ExpBits+ManBits:0] result_o
);
  // Hidden bit, fraction and guard bit; what is below is sticky.
  localparam int unsigned Kept = ManBits + 2;
  localparam int unsigned Frame = Width > Kept ? Width : Kept + 1;
  localparam logic [ExpBits-1:0] ExpMax = '1;

  // To the left until the highest bit is one, but no further than exponent 1.
  logic [Frame-1:0] frame, normal;
  logic signed [SignedExpBits-1:0] exponent;
  if (Frame == Width) begin : gen_whole
    assign frame = magnitude_i;
  end else begin : gen_pad
    assign frame = {magnitude_i, {(Frame - Width) {1'b0}}};
  end
  if (Normalise) begin : gen_normalise
    localparam int unsigned CountBits = $clog2(Width);
    logic [CountBits-1:0] zeros, shift;
    logic signed [SignedExpBits-1:0] room;
    fp_lzc #(.Width(Width)) u_lzc (.value_i(magnitude_i), .count_o(zeros));
    // Unsigned, so that a negative room is large: such a result is normalised first and then becomes subnormal.
    assign room = exponent_i - SignedExpBits'(1);
    always_comb begin
      shift = zeros;
      if ((SignedExpBits + CountBits)'(room) < (SignedExpBits + CountBits)'(zeros)) shift = CountBits'(room);
    end
    assign normal = frame << shift;
    assign exponent = exponent_i - SignedExpBits'(shift);
  end else begin : gen_normal
    assign normal = frame;
    assign exponent = exponent_i;
  end

  // To the right until exponent 1. A shift by Kept leaves nothing but the sticky bit.
  logic [Kept-1:0] kept;
  logic sticky;
  if (Denormalise) begin : gen_denormalise
    localparam int unsigned ShiftBits = $clog2(Kept + 1);
    logic signed [SignedExpBits-1:0] missing;
    logic [ShiftBits-1:0] shift;
    logic [Kept-1:0] lost;
    assign missing = SignedExpBits'(1) - exponent;
    always_comb begin
      shift = ShiftBits'(missing);
      if (missing < 0) shift = '0;
      else if (missing > signed'(SignedExpBits'(Kept))) shift = ShiftBits'(Kept);
    end
    assign {kept, lost} = {normal[Frame-1-:Kept], {Kept{1'b0}}} >> shift;
    assign sticky = sticky_i | (|normal[Frame-Kept-1:0]) | (|lost);
  end else begin : gen_in_range
    assign kept = normal[Frame-1-:Kept];
    assign sticky = sticky_i | (|normal[Frame-Kept-1:0]);
  end

  // Without a hidden one the exponent's field is zero, whatever the exponent.
  // A carry out of the fraction is the next exponent, also from the largest subnormal to the smallest normal number.
  logic [SignedExpBits+ManBits-1:0] packed_up;
  logic round_up, overflow;
  assign round_up = kept[0] & (sticky | kept[1]);
  assign packed_up = {exponent & {SignedExpBits{kept[Kept-1]}}, kept[Kept-2:1]} + (SignedExpBits + ManBits)'(round_up);
  assign overflow = packed_up[SignedExpBits+ManBits-1:ManBits] >= {2'b00, ExpMax};

  always_comb begin
    result_o = {sign_i, packed_up[ExpBits+ManBits-1:0]};
    if (nan_i) result_o = {1'b0, ExpMax, 1'b1, {(ManBits - 1) {1'b0}}};
    else if (inf_i || overflow) result_o = {sign_i, ExpMax, {ManBits{1'b0}}};
  end
endmodule
