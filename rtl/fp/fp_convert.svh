// A number of the format FromExpBits, FromManBits in the format ExpBits, ManBits, rounded to nearest even. Overflow gives infinity, NaN the
// canonical NaN. Needs fp_round.svh. One format must have at least the other's exponent bits and fraction bits.
localparam int unsigned FromWidth = 1 + FromExpBits + FromManBits;

function automatic logic [Width-1:0] convert(input logic [FromWidth-1:0] value);
  /*verilator no_inline_task*/
  localparam int unsigned FromBias = (1 << (FromExpBits - 1)) - 1;
  // Exponents out of a narrower target's reach stop where results are zero or infinite all the same.
  localparam bit Narrower = FromExpBits > ExpBits;
  localparam int unsigned Below = Narrower ? FromBias - Bias - ManBits - 2 : 0;
  localparam int unsigned Above = Narrower ? FromBias - Bias + (1 << ExpBits) - 1 : 0;
  logic subnormal, special;
  logic [FromExpBits-1:0] exponent;
  logic [SignedExpBits-1:0] rebiased;
  subnormal = value[FromWidth-2:FromManBits] == '0;
  exponent = value[FromWidth-2:FromManBits];
  exponent[0] = exponent[0] | subnormal;
  if (Narrower && 32'(exponent) < Below) exponent = FromExpBits'(Below);
  else if (Narrower && 32'(exponent) > Above) exponent = FromExpBits'(Above);
  rebiased = SignedExpBits'(exponent) + SignedExpBits'(Bias - FromBias);
  special = &value[FromWidth-2:FromManBits];
  // Only a wider exponent makes subnormals normal, only a narrower one makes normal numbers subnormal.
  convert = round(value[FromWidth-1], rebiased, {!subnormal, value[FromManBits-1:0], {(63 - FromManBits) {1'b0}}}, 1'b0,
                  FromExpBits < ExpBits ? 7'(FromManBits + 1) : 7'd0, Narrower, special && value[FromManBits-1:0] == '0,
                  special && value[FromManBits-1:0] != '0);
endfunction
