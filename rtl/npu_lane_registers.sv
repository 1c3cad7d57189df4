// The lane registers of the vector unit: each has 32 bits for every element of a row.
// Interface: set_i in cycle t sets all elements of register write_i to value_i; load_i writes quarter part_i of it with a row of the
// scratchpad; seen from t+1 on. Read, combinational: the elements of pass pass_i of the registers read_i (slot k in slice k),
// fill_a_i and fill_b_i. Reset: zero.
module npu_lane_registers #(
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned Lanes = npu_pkg::Lanes,
  localparam int unsigned Slots = npu_pkg::LaneSlots,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned RegisterBits = Cols * 32,
  localparam int unsigned LaneBits = npu_pkg::LaneBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic set_i,
  input  logic load_i,
  input  logic [LaneBits-1:0] write_i,
  input  logic [1:0] part_i,
  input  logic [31:0] value_i,
  input  logic [RowBits-1:0] row_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [npu_pkg::PassBits-1:0] pass_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [Slots*LaneBits-1:0] read_i,
  input  logic [LaneBits-1:0] fill_a_i,
  input  logic [LaneBits-1:0] fill_b_i,
  output logic [Slots*Lanes*32-1:0] slots_o,
  output logic [Lanes*32-1:0] fill_a_o,
  output logic [Lanes*32-1:0] fill_b_o
);
  logic [RegisterBits-1:0] lane [npu_pkg::LaneRegisters];
  for (genvar l = 0; l < npu_pkg::LaneRegisters; l++) begin : gen_lane
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) lane[l] <= '0;
      else if (write_i == LaneBits'(l)) begin
        if (set_i) lane[l] <= {Cols{value_i}};
        else if (load_i) lane[l][part_i*RowBits +: RowBits] <= row_i;
      end
  end

  for (genvar k = 0; k < Slots + 2; k++) begin : gen_read
    logic [RegisterBits-1:0] whole;
    logic [Lanes*32-1:0] part;
    if (k < Slots) begin : gen_slot
      assign whole = lane[read_i[k*LaneBits +: LaneBits]];
      assign slots_o[k*Lanes*32 +: Lanes*32] = part;
    end else if (k == Slots) begin : gen_fill_a
      assign whole = (npu_fault_pkg::Fault == npu_fault_pkg::NoFill) ? '0 : lane[fill_a_i];
      assign fill_a_o = part;
    end else begin : gen_fill_b
      assign whole = lane[fill_b_i];
      assign fill_b_o = part;
    end
    if (npu_pkg::Passes == 1) begin : gen_whole
      assign part = whole;
    end else begin : gen_pass
      assign part = whole[32'(pass_i)*(Lanes*32) +: Lanes*32];
    end
  end
endmodule
