// How long each bank port is claimed: cycles left, per port (TIMING.md section 4).
// Interface: claim_*_i (masks of ports, with the cycles for which they are claimed) of grants in cycle t are seen from t+1
// on. left_* tell, from registered state, what the arbiter and the DMA engines ask: claimed_o: held now or later (DMA stays
// away); ready_now_o, ready_matrix_o, ready_matrix_read_o, ready_vector_o: free for a claim of an instruction granted now that
// starts at issue, with the matrix unit's write, one cycle before it, with the vector unit's write. Reset: all free.
module npu_ports #(
  localparam int unsigned Ports = npu_pkg::Ports,
  localparam int unsigned LeftBits = npu_pkg::CycleBits + 2
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Ports-1:0] weights_i,
  input  logic [npu_pkg::CycleBits-1:0] weights_cycles_i,
  input  logic [Ports-1:0] matrix_i, matrix_write_i, matrix_before_write_i,
  input  logic [npu_pkg::CycleBits-1:0] matrix_cycles_i,
  input  logic [Ports-1:0] vector_i, vector_write_i,
  input  logic [npu_pkg::CycleBits-1:0] vector_cycles_i,
  input  logic [npu_pkg::PaceBits-1:0] vector_pace_i,   // of the instruction that may be granted
  input  logic [Ports-1:0] access_i,                    // of the sequencer: one cycle
  output logic [Ports-1:0] claimed_o,
  output logic [Ports-1:0] ready_now_o, ready_matrix_o, ready_matrix_read_o, ready_vector_o
);
  localparam logic [LeftBits-1:0] Matrix = LeftBits'(npu_pkg::MatrixWrite);
  localparam logic [LeftBits-1:0] Short = (npu_fault_pkg::Fault == npu_fault_pkg::ClaimShort) ? LeftBits'(1) : '0;

  logic [LeftBits-1:0] vector_write;   // from issue to the first row's write
  assign vector_write = LeftBits'(npu_pkg::VectorPipeline - 1) + LeftBits'(vector_pace_i);
  logic [LeftBits-1:0] weights_cycles, matrix_cycles, vector_cycles;
  assign weights_cycles = LeftBits'(weights_cycles_i) - Short;
  assign matrix_cycles = LeftBits'(matrix_cycles_i) - Short;
  assign vector_cycles = LeftBits'(vector_cycles_i) - Short;

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    logic [LeftBits-1:0] left_q;
    assign claimed_o[p] = left_q != '0;
    assign ready_now_o[p] = left_q <= LeftBits'(1);
    assign ready_matrix_o[p] = left_q <= Matrix + 1'b1;
    assign ready_matrix_read_o[p] = left_q <= Matrix;
    assign ready_vector_o[p] = left_q <= vector_write + 1'b1;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) left_q <= '0;
      else if (weights_i[p]) left_q <= weights_cycles;
      else if (matrix_i[p]) left_q <= matrix_cycles;
      else if (matrix_write_i[p]) left_q <= Matrix + matrix_cycles;
      else if (matrix_before_write_i[p]) left_q <= Matrix - 1'b1 + matrix_cycles;
      else if (vector_i[p]) left_q <= vector_cycles;
      else if (vector_write_i[p]) left_q <= vector_write + vector_cycles;
      else if (access_i[p]) left_q <= LeftBits'(1);
      else if (left_q != '0) left_q <= left_q - 1'b1;
    end
  end
endmodule
