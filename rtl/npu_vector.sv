// The vector unit: maps and reductions over rows, and the lane registers (TIMING.md section 5).
// Interface: issue_i with op_i in cycle t is an issue at I = t+1. Row j takes `pace` cycles from I+j*pace on: beat k of its sources is asked
// for in the k-th of them; two cycles later the last Passes of them compute it, Lanes elements each; npu_vector_result writes it.
// complete_o with post_o is high in C-1. Never stalls. Reset: idle; lane registers are zero at the start.
module npu_vector #(
  localparam int unsigned Lanes = npu_pkg::Lanes,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned AccBits = npu_pkg::AccRowBits,
  localparam int unsigned LaneBits = npu_pkg::LaneBits,
  localparam int unsigned LaneSlots = npu_pkg::LaneSlots,
  localparam int unsigned PaceBits = npu_pkg::PaceBits,
  localparam int unsigned PassBits = npu_pkg::PassBits
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
  // accumulator: streams A and B
  output logic [1:0] acc_read_o,
  output logic [2*npu_pkg::AccRowNumberBits-1:0] acc_read_row_o,
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [2*AccBits-1:0] acc_data_i,
  /* verilator lint_on UNUSEDSIGNAL */
  // results
  output logic write_o,
  output logic [npu_pkg::PadRowBits-1:0] write_row_o,
  output logic [RowBits-1:0] write_data_o,
  output logic acc_write_o,
  output logic [npu_pkg::AccRowNumberBits-1:0] acc_write_row_o,
  output logic [AccBits-1:0] acc_write_data_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  // What stays the same for all rows of an instruction and travels with them.
  typedef struct packed {
    logic load_lanes, set_lanes, reduce, has_a, has_b, acc_a, acc_b, acc_d;
    logic [PaceBits-1:0] pace, beats_a, beats_b, beats_d;
    logic [npu_pkg::Units-1:0] post;
    logic [31:0] scalar;
    logic [npu_pkg::VectorOpBits-1:0] vector_op;
    logic [LaneSlots*LaneBits-1:0] lanes;
    logic [LaneBits-1:0] lane_d, fill_a, fill_b;
  } control_t;

  // What a cycle of a row has of its own.
  typedef struct packed {
    logic valid, first, group_end, last, inside_a, inside_b;
    logic take_a, take_b;        // the cycle brings a beat
    logic computes, row_end;     // the lanes work in the cycle; it is the row's last
    logic [PaceBits-1:0] slot;   // its number in the row
    logic [PassBits-1:0] pass;
    logic [1:0] part;
    logic [npu_pkg::PadRowBits-1:0] target;
    logic [npu_pkg::AccRowNumberBits-1:0] acc_target;
  } row_t;

  // Front: one row in `pace` cycles.
  logic active_q, first_q;
  logic [npu_pkg::StepBits-1:0] left_q;
  logic [npu_pkg::GroupBits-1:0] levels_q;
  logic [LaneBits+1:0] part_q;
  logic [PaceBits-1:0] slot_q;
  /* verilator lint_off UNUSEDSIGNAL */
  control_t control_q, control1_q, control2_q;
  logic [31:0] address_a, address_b, address_d;
  logic inside_d;
  logic [npu_pkg::Levels:0] wraps_a, wraps_b, wraps_d;
  /* verilator lint_on UNUSEDSIGNAL */
  row_t row0;
  /* verilator lint_off UNUSEDSIGNAL */
  row_t row1_q, row2_q;
  /* verilator lint_on UNUSEDSIGNAL */
  logic inside_a, inside_b, group_end, row_end;
  logic [PaceBits-1:0] first_pass;   // the slot in which the lanes begin

  npu_generator u_a (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(op_i.window_a),
    .advance_i(active_q && row_end), .address_o(address_a), .inside_o(inside_a), .wraps_o(wraps_a)
  );
  npu_generator u_b (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.b), .shape_i(op_i.shape_b), .window_i(op_i.window_b),
    .advance_i(active_q && row_end), .address_o(address_b), .inside_o(inside_b), .wraps_o(wraps_b)
  );
  npu_generator u_d (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.d), .shape_i(op_i.shape_d), .window_i(1'b0),
    .advance_i(active_q && row_end && group_end), .address_o(address_d), .inside_o(inside_d), .wraps_o(wraps_d)
  );
  assign group_end = !control_q.reduce || wraps_a[levels_q];
  assign row_end = slot_q == control_q.pace - 1'b1;
  assign first_pass = control_q.pace - PaceBits'(npu_pkg::Passes);

  always_comb begin
    row0 = '0;
    row0.valid = active_q;
    row0.first = first_q;
    row0.group_end = group_end;
    row0.last = left_q == npu_pkg::StepBits'(1);
    row0.inside_a = inside_a;
    row0.inside_b = inside_b;
    row0.take_a = active_q && slot_q < control_q.beats_a;
    row0.take_b = active_q && slot_q < control_q.beats_b;
    row0.computes = active_q && control_q.vector_op != '0 && slot_q >= first_pass;
    row0.row_end = row_end;
    row0.slot = slot_q;
    row0.pass = PassBits'(slot_q - first_pass);
    row0.part = part_q[1:0];
    row0.target = npu_pkg::row_of(address_d);
    row0.acc_target = address_d[npu_pkg::AccRowNumberBits-1:0];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      first_q <= 1'b0;
      left_q <= '0;
      levels_q <= '0;
      part_q <= '0;
      slot_q <= '0;
      control_q <= '0;
    end else if (issue_i) begin
      active_q <= 1'b1;
      first_q <= 1'b1;
      left_q <= op_i.steps;
      levels_q <= op_i.levels;
      part_q <= '0;
      slot_q <= '0;
      control_q.load_lanes <= op_i.action == npu_pkg::ActionLoadLanes;
      control_q.set_lanes <= op_i.action == npu_pkg::ActionSetLanes;
      control_q.reduce <= op_i.action == npu_pkg::ActionReduce;
      control_q.has_a <= op_i.has_a;
      control_q.has_b <= op_i.has_b;
      control_q.acc_a <= op_i.acc_a;
      control_q.acc_b <= op_i.acc_b;
      control_q.acc_d <= op_i.acc_d;
      control_q.pace <= op_i.pace;
      control_q.beats_a <= op_i.beats_a;
      control_q.beats_b <= op_i.beats_b;
      control_q.beats_d <= op_i.beats_d;
      control_q.post <= op_i.post;
      control_q.scalar <= op_i.b;
      control_q.vector_op <= op_i.vector_op;
      control_q.lanes <= op_i.lanes;
      control_q.lane_d <= op_i.lane_d;
      control_q.fill_a <= op_i.fill_a;
      control_q.fill_b <= op_i.fill_b;
    end else if (active_q) begin
      part_q <= part_q + 1'b1;
      slot_q <= row_end ? '0 : slot_q + 1'b1;
      if (row_end) begin
        first_q <= group_end;
        left_q <= left_q - 1'b1;
        if (left_q == npu_pkg::StepBits'(1)) active_q <= 1'b0;
      end
    end
  end

  assign read_o[0] = row0.take_a && control_q.has_a && !control_q.acc_a && inside_a;
  assign read_o[1] = row0.take_b && control_q.has_b && !control_q.acc_b && inside_b;
  assign read_row_o = {npu_pkg::row_of(address_b) + npu_pkg::PadRowBits'(slot_q),
                       npu_pkg::row_of(address_a) + npu_pkg::PadRowBits'(slot_q)};
  assign acc_read_o[0] = row0.take_a && control_q.has_a && control_q.acc_a && inside_a;
  assign acc_read_o[1] = row0.take_b && control_q.has_b && control_q.acc_b && inside_b;
  assign acc_read_row_o = {address_b[npu_pkg::AccRowNumberBits-1:0], address_a[npu_pkg::AccRowNumberBits-1:0]};

  // Beats arrive in stage 1, and lanes compute in stage 2. The lane register that is written counts with the beats.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row1_q <= '0;
      row2_q <= '0;
      control1_q <= '0;
      control2_q <= '0;
    end else begin
      row1_q <= row0;
      row2_q <= row1_q;
      if (active_q) begin
        control1_q <= control_q;
        control1_q.lane_d <= control_q.lane_d + part_q[LaneBits+1:2];
      end
      if (row1_q.valid) control2_q <= control1_q;
    end
  end

  logic [Lanes*32-1:0] elements_a, elements_b;
  logic [RowBits-1:0] beat;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [RowBits-1:0] beat_b;
  /* verilator lint_on UNUSEDSIGNAL */
  npu_vector_source #(.Beats(npu_pkg::VectorBeatsA), .Sums(npu_pkg::VectorReadsAccA)) u_source_a (
    .clk_i, .rst_ni, .take_i(row1_q.take_a), .from_sums_i(control1_q.acc_a), .beat_i(row1_q.slot), .data_i(data_i[RowBits-1:0]),
    .sums_i(acc_data_i[AccBits-1:0]), .words_i(control2_q.acc_a || 32'(control2_q.beats_a) == 4), .bytes_i(control2_q.beats_a),
    .pass_i(row2_q.pass), .read_beat_i(row2_q.slot), .elements_o(elements_a), .beat_o(beat)
  );
  npu_vector_source #(.Beats(npu_pkg::VectorBeatsB), .Sums(npu_pkg::VectorReadsAccB)) u_source_b (
    .clk_i, .rst_ni, .take_i(row1_q.take_b), .from_sums_i(control1_q.acc_b), .beat_i(row1_q.slot), .data_i(data_i[2*RowBits-1:RowBits]),
    .sums_i(acc_data_i[2*AccBits-1:AccBits]), .words_i(control2_q.acc_b || 32'(control2_q.beats_b) == 4), .bytes_i(control2_q.beats_b),
    .pass_i(row2_q.pass), .read_beat_i(row2_q.slot), .elements_o(elements_b), .beat_o(beat_b)
  );

  logic [LaneSlots*Lanes*32-1:0] slots;
  logic [Lanes*32-1:0] fill_a, fill_b;
  npu_lane_registers u_lanes (
    .clk_i, .rst_ni, .set_i(row2_q.valid && control2_q.set_lanes), .load_i(row2_q.valid && control2_q.load_lanes),
    .write_i(control2_q.lane_d), .part_i(row2_q.part), .value_i(control2_q.scalar), .row_i(beat), .pass_i(row2_q.pass),
    .read_i(control2_q.lanes), .fill_a_i(control2_q.fill_a), .fill_b_i(control2_q.fill_b),
    .slots_o(slots), .fill_a_o(fill_a), .fill_b_o(fill_b)
  );

  // The lanes, and the state of a reduction, pass by pass.
  localparam int unsigned PassStateBits = Lanes * npu_pkg::StateBits;
  logic [Lanes*32-1:0] result;
  logic [npu_pkg::Passes*PassStateBits-1:0] state_q;
  logic [PassStateBits-1:0] state, state_d;
  npu_vector_alu u_alu (
    .op_i(row2_q.computes ? control2_q.vector_op : '0), .first_i(row2_q.first), .lane_base_i(32'(row2_q.pass) * Lanes),
    .a_i(row2_q.inside_a ? elements_a : fill_a), .b_i(row2_q.inside_b ? elements_b : fill_b), .lanes_i(slots),
    .state_i(state), .state_o(state_d), .result_o(result)
  );
  if (npu_pkg::Passes == 1) begin : gen_state
    assign state = state_q;
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) state_q <= '0;
      else if (row2_q.computes) state_q <= state_d;
  end else begin : gen_states
    assign state = state_q[32'(row2_q.pass)*PassStateBits +: PassStateBits];
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) state_q <= '0;
      else if (row2_q.computes) state_q[32'(row2_q.pass)*PassStateBits +: PassStateBits] <= state_d;
  end

  npu_vector_result u_result (
    .clk_i, .rst_ni, .valid_i(row2_q.computes && row2_q.group_end), .row_end_i(row2_q.row_end), .pass_i(row2_q.pass),
    .elements_i(result), .beats_i(control2_q.beats_d), .target_i(row2_q.target), .sums_target_i(row2_q.acc_target),
    .to_sums_i(control2_q.acc_d), .done_i(row2_q.valid && row2_q.row_end && row2_q.last), .pace_i(control2_q.pace),
    .post_i(control2_q.post), .write_o, .write_row_o, .write_data_o, .sums_write_o(acc_write_o),
    .sums_write_row_o(acc_write_row_o), .sums_write_data_o(acc_write_data_o), .complete_o, .post_o
  );
endmodule
