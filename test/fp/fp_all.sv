// Every f32 operation and conversion behind one pipeline depth, for the test of latency and reset.
// Interface: like the operations' own; results_o has all results of the operands of PipelineDepth cycles before.
module fp_all #(
  parameter int unsigned PipelineDepth = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [31:0] a_i,
  input  logic [31:0] b_i,
  input  logic [31:0] c_i,
  output logic [13*32-1:0] results_o
);
  logic [31:0] add, mul, fma, min, max, from_i8, from_i32, to_i32, from_f16, from_bf16, integral;
  logic [15:0] to_f16, to_bf16;
  logic [7:0] to_i8;
  logic less, equal, unordered;
  fp_add #(.PipelineDepth(PipelineDepth)) u_add (.clk_i, .rst_ni, .a_i, .b_i, .result_o(add));
  fp_mul #(.PipelineDepth(PipelineDepth)) u_mul (.clk_i, .rst_ni, .a_i, .b_i, .result_o(mul));
  fp_fma #(.PipelineDepth(PipelineDepth)) u_fma (.clk_i, .rst_ni, .a_i, .b_i, .c_i, .result_o(fma));
  fp_compare #(.PipelineDepth(PipelineDepth)) u_compare (
    .clk_i, .rst_ni, .a_i, .b_i, .less_o(less), .equal_o(equal), .unordered_o(unordered), .min_o(min), .max_o(max));
  fp_from_int #(.IntBits(8), .PipelineDepth(PipelineDepth)) u_from_i8 (
    .clk_i, .rst_ni, .a_i(a_i[7:0]), .result_o(from_i8));
  fp_from_int #(.IntBits(32), .PipelineDepth(PipelineDepth)) u_from_i32 (.clk_i, .rst_ni, .a_i, .result_o(from_i32));
  fp_to_int #(.IntBits(8), .PipelineDepth(PipelineDepth)) u_to_i8 (.clk_i, .rst_ni, .a_i, .result_o(to_i8));
  fp_to_int #(.IntBits(32), .PipelineDepth(PipelineDepth)) u_to_i32 (.clk_i, .rst_ni, .a_i, .result_o(to_i32));
  fp_convert #(.FromExpBits(5), .FromManBits(10), .ToExpBits(8), .ToManBits(23), .PipelineDepth(PipelineDepth)) u_from_f16 (
    .clk_i, .rst_ni, .a_i(a_i[15:0]), .result_o(from_f16));
  fp_convert #(.FromExpBits(8), .FromManBits(7), .ToExpBits(8), .ToManBits(23), .PipelineDepth(PipelineDepth)) u_from_bf16 (
    .clk_i, .rst_ni, .a_i(a_i[15:0]), .result_o(from_bf16));
  fp_convert #(.ToExpBits(5), .ToManBits(10), .PipelineDepth(PipelineDepth)) u_to_f16 (
    .clk_i, .rst_ni, .a_i, .result_o(to_f16));
  fp_convert #(.ToExpBits(8), .ToManBits(7), .PipelineDepth(PipelineDepth)) u_to_bf16 (
    .clk_i, .rst_ni, .a_i, .result_o(to_bf16));
  fp_to_integral #(.PipelineDepth(PipelineDepth)) u_integral (.clk_i, .rst_ni, .a_i, .result_o(integral));
  assign results_o = {integral, add, mul, fma, min, max, from_i8, from_i32, to_i32, from_f16, from_bf16, to_f16, to_bf16,
                      21'b0, less, equal, unordered, to_i8};
endmodule
