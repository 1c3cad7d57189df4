// Comparison, minimum and maximum of two floating-point numbers.
// Interface: operands of cycle t give all outputs in cycle t + PipelineDepth (0: combinational), new ones every cycle, no handshake.
//   less_o, equal_o  a < b, a == b; -0 equals +0; both false if unordered
//   unordered_o      a or b is a NaN
//   min_o, max_o     IEEE 754-2019 minimum and maximum: -0 is less than +0, and any NaN gives the canonical NaN. So they are associative
//                    and commutative: a reduction's result does not depend on its order
// Reset: the pipeline's registers are zero. They stand at the end; a synthesis tool may retime them.
module fp_compare #(
  parameter int unsigned ExpBits = 8,
  parameter int unsigned ManBits = 23,
  parameter int unsigned PipelineDepth = 0,
  localparam int unsigned Width = 1 + ExpBits + ManBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Width-1:0] a_i,
  input  logic [Width-1:0] b_i,
  output logic less_o,
  output logic equal_o,
  output logic unordered_o,
  output logic [Width-1:0] min_o,
  output logic [Width-1:0] max_o
);
  localparam logic [Width-2:0] Infinite = {{ExpBits{1'b1}}, {ManBits{1'b0}}};
  localparam logic [Width-1:0] Nan = {1'b0, {ExpBits{1'b1}}, 1'b1, {(ManBits - 1) {1'b0}}};

  // The encodings of numbers are ordered like signs and magnitudes; `below` also has -0 below +0.
  logic unordered, both_zero, below, equal;
  assign unordered = a_i[Width-2:0] > Infinite || b_i[Width-2:0] > Infinite;
  assign both_zero = a_i[Width-2:0] == '0 && b_i[Width-2:0] == '0;
  assign equal = a_i == b_i || both_zero;
  always_comb begin
    if (a_i[Width-1] != b_i[Width-1]) below = a_i[Width-1];
    else if (a_i[Width-1]) below = a_i[Width-2:0] > b_i[Width-2:0];
    else below = a_i[Width-2:0] < b_i[Width-2:0];
  end

  logic [Width-1:0] min, max;
  assign min = unordered ? Nan : below ? a_i : b_i;
  assign max = unordered ? Nan : below ? b_i : a_i;

  npu_delay #(.Width(2 * Width + 3), .Cycles(PipelineDepth)) u_delay (
    .clk_i, .rst_ni,
    .d_i({below & !both_zero & !unordered, equal & !unordered, unordered, min, max}),
    .q_o({less_o, equal_o, unordered_o, min_o, max_o}));
endmodule
