// Elements of a row as factors for the array: an i8 as it is, a float as the highest bits of the f32 of the same value.
// Combinational. raw_i: the row's bytes, element 0 lowest, each ElementBytes of element_i's type long; those of a shorter type
// stand together at the low end. Unknown types do not occur: a spec's array names those it has.
module npu_operands #(
  parameter int unsigned Count = 1,
  localparam int unsigned OperandBits = npu_pkg::OperandBits
) (
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [1:0] element_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [Count*8*npu_pkg::ElementBytes-1:0] raw_i,
  output logic [Count*OperandBits-1:0] operands_o
);
  for (genvar k = 0; k < Count; k++) begin : gen_operand
    logic [OperandBits-1:0] i8, bf16, f16, f32;
    if (npu_pkg::ArrayI8) begin : gen_i8
      assign i8 = OperandBits'(raw_i[8*k +: 8]);
    end else begin : gen_no_i8
      assign i8 = '0;
    end
    if (npu_pkg::ArrayBf16) begin : gen_bf16
      assign bf16 = OperandBits'({raw_i[16*k +: 16], 16'd0} >> (32 - OperandBits));
    end else begin : gen_no_bf16
      assign bf16 = '0;
    end
    if (npu_pkg::ArrayF16) begin : gen_f16
      assign f16 = OperandBits'(fp_f16_to_f32::convert(raw_i[16*k +: 16]) >> (32 - OperandBits));
    end else begin : gen_no_f16
      assign f16 = '0;
    end
    if (npu_pkg::ArrayF32) begin : gen_f32
      assign f32 = raw_i[32*k +: 32];
    end else begin : gen_no_f32
      assign f32 = '0;
    end
    always_comb begin
      case (element_i)
        npu_pkg::ElementBf16: operands_o[k*OperandBits +: OperandBits] = bf16;
        npu_pkg::ElementF16: operands_o[k*OperandBits +: OperandBits] = f16;
        npu_pkg::ElementF32: operands_o[k*OperandBits +: OperandBits] = f32;
        default: operands_o[k*OperandBits +: OperandBits] = i8;
      endcase
    end
  end
endmodule
