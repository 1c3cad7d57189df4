// The parts of a floating-point number.
// Interface: combinational. A number's value is significand_o * 2^(exponent_o - bias - ManBits), subnormals included: they have
// exponent 1 and no hidden one. For infinities and NaNs only the flags mean something.
module fp_unpack #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic [Width-1:0] value_i,
  output logic sign_o,
  output logic [ExpBits-1:0] exponent_o,
  output logic [ManBits:0] significand_o,
  output logic zero_o,
  output logic infinite_o,
  output logic nan_o
);
  logic [ExpBits-1:0] exponent;
  logic [ManBits-1:0] fraction;
  logic subnormal;
  assign {sign_o, exponent, fraction} = value_i;
  assign subnormal = exponent == '0;

  assign exponent_o = subnormal ? ExpBits'(1) : exponent;
  assign significand_o = {!subnormal, fraction};
  assign zero_o = subnormal && fraction == '0;
  assign infinite_o = (&exponent) && fraction == '0;
  assign nan_o = (&exponent) && fraction != '0;
endmodule
