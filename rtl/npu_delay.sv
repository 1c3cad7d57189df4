// A value delayed by a fixed number of cycles.
// Interface: d_i in cycle t is on q_o in cycle t + Cycles. No handshake. Reset: all zero.
module npu_delay #(
  parameter int unsigned Width = 1,
  parameter int unsigned Cycles = 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);
  if (Cycles == 0) begin : gen_wire
    logic unused;
    assign unused = ^{clk_i, rst_ni};
    assign q_o = d_i;
  end else begin : gen_stages
    for (genvar i = 0; i < Cycles; i++) begin : gen_stage
      logic [Width-1:0] value_q;
      if (i == 0) begin : gen_first
        always_ff @(posedge clk_i or negedge rst_ni)
          if (!rst_ni) value_q <= '0;
          else value_q <= d_i;
      end else begin : gen_next
        always_ff @(posedge clk_i or negedge rst_ni)
          if (!rst_ni) value_q <= '0;
          else value_q <= gen_stage[i-1].value_q;
      end
    end
    assign q_o = gen_stage[Cycles-1].value_q;
  end
endmodule
