// The vector unit: maps and reductions over rows, and the lane registers (TIMING.md section 5).
// Interface: issue_i with op_i in cycle t is an issue at I = t+1. Row j of the sources is asked for in I+j, computed in I+j+2,
// and its result is written in I+j+VectorPipeline. complete_o with post_o is high in C-1. Never stalls.
// Reset: idle; lane registers are zero at the start.
module npu_vector #(
  localparam int unsigned Cols = npu_pkg::ArrayCols,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned AccBits = npu_pkg::AccRowBits,
  localparam int unsigned LaneBits = npu_pkg::LaneBits,
  localparam int unsigned LaneSlots = npu_pkg::LaneSlots
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic issue_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  // scratchpad: streams A and B
  output logic [1:0] read_o,
  output logic [2*npu_pkg::PadRowBits-1:0] read_row_o,
  input  logic [2*RowBits-1:0] data_i,
  // accumulator: stream A
  output logic acc_read_o,
  output logic [npu_pkg::AccRowNumberBits-1:0] acc_read_row_o,
  input  logic [AccBits-1:0] acc_data_i,
  output logic write_o,
  output logic [npu_pkg::PadRowBits-1:0] write_row_o,
  output logic [RowBits-1:0] write_data_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  // What stays the same for all rows of an instruction and travels with them.
  typedef struct packed {
    logic load_lanes, set_lanes, reduce, has_a, acc_a;
    logic [npu_pkg::Units-1:0] post;
    logic [31:0] scalar;
    logic [npu_pkg::VectorOpBits-1:0] vector_op;
    logic [LaneSlots*LaneBits-1:0] lanes;
    logic [LaneBits-1:0] lane_d, fill_a, fill_b;
  } control_t;

  // What is a row's own.
  typedef struct packed {
    logic valid, first, group_end, last, inside_a, inside_b;
    logic [1:0] part;
    logic [npu_pkg::PadRowBits-1:0] target;
  } row_t;

  // Front: one row a cycle.
  logic active_q, has_b_q, first_q;
  logic [npu_pkg::StepBits-1:0] left_q;
  logic [npu_pkg::GroupBits-1:0] levels_q;
  logic [LaneBits+1:0] part_q;
  /* verilator lint_off UNUSEDSIGNAL */
  control_t control_q, control1_q, control2_q;
  logic [31:0] address_a, address_b, address_d;
  logic inside_d;
  logic [npu_pkg::Levels:0] wraps_a, wraps_b, wraps_d;
  /* verilator lint_on UNUSEDSIGNAL */
  row_t row0, row1_q, row2_q;
  logic inside_a, inside_b, group_end;

  npu_generator u_a (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(op_i.window_a),
    .advance_i(active_q), .address_o(address_a), .inside_o(inside_a), .wraps_o(wraps_a)
  );
  npu_generator u_b (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.b), .shape_i(op_i.shape_b), .window_i(op_i.window_b),
    .advance_i(active_q), .address_o(address_b), .inside_o(inside_b), .wraps_o(wraps_b)
  );
  npu_generator u_d (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.d), .shape_i(op_i.shape_d), .window_i(1'b0),
    .advance_i(active_q && group_end), .address_o(address_d), .inside_o(inside_d), .wraps_o(wraps_d)
  );
  assign group_end = !control_q.reduce || wraps_a[levels_q];

  always_comb begin
    row0 = '0;
    row0.valid = active_q;
    row0.first = first_q;
    row0.group_end = group_end;
    row0.last = left_q == npu_pkg::StepBits'(1);
    row0.inside_a = inside_a;
    row0.inside_b = inside_b;
    row0.part = part_q[1:0];
    row0.target = npu_pkg::row_of(address_d);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      has_b_q <= 1'b0;
      first_q <= 1'b0;
      left_q <= '0;
      levels_q <= '0;
      part_q <= '0;
      control_q <= '0;
    end else if (issue_i) begin
      active_q <= 1'b1;
      has_b_q <= op_i.has_b;
      first_q <= 1'b1;
      left_q <= op_i.steps;
      levels_q <= op_i.levels;
      part_q <= '0;
      control_q.load_lanes <= op_i.action == npu_pkg::ActionLoadLanes;
      control_q.set_lanes <= op_i.action == npu_pkg::ActionSetLanes;
      control_q.reduce <= op_i.action == npu_pkg::ActionReduce;
      control_q.has_a <= op_i.has_a;
      control_q.acc_a <= op_i.acc_a;
      control_q.post <= op_i.post;
      control_q.scalar <= op_i.b;
      control_q.vector_op <= op_i.vector_op;
      control_q.lanes <= op_i.lanes;
      control_q.lane_d <= op_i.lane_d;
      control_q.fill_a <= op_i.fill_a;
      control_q.fill_b <= op_i.fill_b;
    end else if (active_q) begin
      first_q <= group_end;
      left_q <= left_q - 1'b1;
      part_q <= part_q + 1'b1;
      if (left_q == npu_pkg::StepBits'(1)) active_q <= 1'b0;
    end
  end

  assign read_o[0] = active_q && control_q.has_a && !control_q.acc_a && inside_a;
  assign read_o[1] = active_q && has_b_q && inside_b;
  assign read_row_o = {npu_pkg::row_of(address_b), npu_pkg::row_of(address_a)};
  assign acc_read_o = active_q && control_q.has_a && control_q.acc_a && inside_a;
  assign acc_read_row_o = address_a[npu_pkg::AccRowNumberBits-1:0];

  // The rows arrive in stage 1 and are computed in stage 2. The lane register that is written counts with the rows.
  logic [AccBits-1:0] a2_q;
  logic [RowBits-1:0] b2_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row1_q <= '0;
      row2_q <= '0;
      control1_q <= '0;
      control2_q <= '0;
      a2_q <= '0;
      b2_q <= '0;
    end else begin
      row1_q <= row0;
      row2_q <= row1_q;
      if (active_q) begin
        control1_q <= control_q;
        control1_q.lane_d <= control_q.lane_d + part_q[LaneBits+1:2];
      end
      if (row1_q.valid) begin
        control2_q <= control1_q;
        b2_q <= data_i[2*RowBits-1:RowBits];
        a2_q <= control1_q.acc_a ? acc_data_i : {{(AccBits-RowBits){1'b0}}, data_i[RowBits-1:0]};
      end
    end
  end

  // Lane registers.
  logic [AccBits-1:0] lane [npu_pkg::LaneRegisters];
  logic [LaneSlots*AccBits-1:0] slots;
  logic [AccBits-1:0] fill_a, fill_b;
`ifndef SYNTHESIS
  initial for (int i = 0; i < npu_pkg::LaneRegisters; i++) lane[i] = '0;
`endif
  always_ff @(posedge clk_i)
    if (row2_q.valid) begin
      if (control2_q.set_lanes) lane[control2_q.lane_d] <= {Cols{control2_q.scalar}};
      else if (control2_q.load_lanes) lane[control2_q.lane_d][row2_q.part*RowBits +: RowBits] <= a2_q[RowBits-1:0];
    end
  for (genvar k = 0; k < LaneSlots; k++) begin : gen_slot
    assign slots[k*AccBits +: AccBits] = lane[control2_q.lanes[k*LaneBits +: LaneBits]];
  end
  assign fill_a = (npu_fault_pkg::Fault == npu_fault_pkg::NoFill) ? '0 : lane[control2_q.fill_a];
  assign fill_b = lane[control2_q.fill_b];

  // The lanes.
  logic [npu_pkg::VectorOpBits-1:0] op;
  logic [Cols*npu_pkg::StateBits-1:0] state_q, state_d;
  logic [RowBits-1:0] result;
  assign op = row2_q.valid ? control2_q.vector_op : '0;
  for (genvar c = 0; c < Cols; c++) begin : gen_lane
    logic [LaneSlots*32-1:0] values;
    logic [31:0] a, b;
    /* verilator lint_off UNUSEDSIGNAL */
    logic [31:0] lane_result;
    /* verilator lint_on UNUSEDSIGNAL */
    for (genvar k = 0; k < LaneSlots; k++) begin : gen_value
      assign values[k*32 +: 32] = slots[k*AccBits + c*32 +: 32];
    end
    assign a = !row2_q.inside_a ? fill_a[c*32 +: 32] : control2_q.acc_a ? a2_q[c*32 +: 32] : {24'd0, a2_q[c*8 +: 8]};
    assign b = !row2_q.inside_b ? fill_b[c*32 +: 32] : {24'd0, b2_q[c*8 +: 8]};
    npu_vector_alu u_alu (
      .op_i(op), .first_i(row2_q.first), .a_i(a), .b_i(b), .lanes_i(values),
      .state_i(state_q[c*npu_pkg::StateBits +: npu_pkg::StateBits]),
      .state_o(state_d[c*npu_pkg::StateBits +: npu_pkg::StateBits]), .result_o(lane_result)
    );
    assign result[c*8 +: 8] = lane_result[7:0];
  end
  always_ff @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) state_q <= '0;
    else if (row2_q.valid) state_q <= state_d;

  // Results go down the rest of the pipeline, and so does the end of what has none.
  logic computes;
  assign computes = row2_q.valid && op != '0;
  npu_delay #(.Width(2 + npu_pkg::Units + npu_pkg::PadRowBits + RowBits), .Cycles(npu_pkg::VectorPipeline - 2)) u_results (
    .clk_i, .rst_ni,
    .d_i({computes && row2_q.group_end, row2_q.valid && row2_q.last, control2_q.post, row2_q.target, result}),
    .q_o({write_o, complete_o, post_o, write_row_o, write_data_o})
  );
endmodule
