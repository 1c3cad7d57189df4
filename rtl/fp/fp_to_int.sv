// A floating-point number as a signed integer, rounded to nearest even and saturated. Infinities saturate, NaN gives 0.
// Interface: the operand of cycle t gives result_o in cycle t + PipelineDepth (0: combinational), a new one every cycle, no handshake.
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_to_int #(
  parameter int unsigned IntBits = 32,
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Width-1:0] a_i,
  output logic [IntBits-1:0] result_o
);
  localparam int unsigned SigBits = ManBits + 1;
  localparam int unsigned Bias = (1 << (ExpBits - 1)) - 1;
  localparam int unsigned ShiftBits = $clog2(IntBits + 2);
  localparam int unsigned SignedExpBits = ExpBits + 2;
  localparam logic [IntBits-1:0] IntMin = {1'b1, {(IntBits - 1) {1'b0}}};

  logic sign, zero, infinite, nan;
  logic [ExpBits-1:0] exponent;
  logic [SigBits-1:0] significand;
  fp_unpack #(.ExpBits(ExpBits), .ManBits(ManBits)) u_a (
    .value_i(a_i), .sign_o(sign), .exponent_o(exponent), .significand_o(significand),
    .zero_o(zero), .infinite_o(infinite), .nan_o(nan));

  // A fixed-point number with IntBits bits before the point. A shift by more than IntBits leaves less than a half, which rounds to 0
  // whatever is lost.
  logic signed [SignedExpBits-1:0] distance;
  logic [ShiftBits-1:0] shift;
  logic [IntBits-1:0] whole;
  logic [SigBits-1:0] rest;
  logic round_up, too_large;
  logic [IntBits:0] magnitude;
  assign distance = SignedExpBits'(Bias + IntBits - 1) - {2'b00, exponent};
  assign shift = 32'(distance) > IntBits + 1 ? ShiftBits'(IntBits + 1) : ShiftBits'(distance);
  assign {whole, rest} = {significand, {IntBits{1'b0}}} >> shift;
  assign round_up = rest[SigBits-1] & (whole[0] | (|rest[SigBits-2:0]));
  assign magnitude = {1'b0, whole} + (IntBits + 1)'(round_up);
  assign too_large = distance < 0 || magnitude > {1'b0, IntMin} || (!sign && magnitude == {1'b0, IntMin});

  logic [IntBits-1:0] result;
  always_comb begin
    result = sign ? -magnitude[IntBits-1:0] : magnitude[IntBits-1:0];
    if (nan) result = '0;
    else if (infinite || too_large) result = sign ? IntMin : ~IntMin;
  end

  logic unused;
  assign unused = zero;
  npu_delay #(.Width(IntBits), .Cycles(PipelineDepth)) u_delay (.clk_i, .rst_ni, .d_i(result), .q_o(result_o));
endmodule
