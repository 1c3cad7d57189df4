// The sequencer: executes one instruction a cycle, dispatching those of other units to their queues (TIMING.md section 3).
// Interface: core_i is the core's number. While run_i is high, pc_o goes to the instruction cache, which answers in the same cycle with hit_i and word_i.
// execute_o: an instruction executes in this cycle; push_o[u] with op_o and ticket_o enters unit u's queue (full_i). take_o and
// post_o are the tokens of an instruction of the sequencer's own. access_o: it wants the port of the bank of a word of the
// scratchpad, as access_read_o and access_write_o say; after access_grant_i in t the word is read or written in t+1 (word_*),
// and comes back in t+2. halted_o, illegal_o: registered, from the cycle after.
// Reset: pc 0, registers 0, no loops, every generator one row.
module npu_sequencer #(
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned WordBits = 8 * npu_pkg::WordBytes
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic run_i,
  input  logic [npu_pkg::CoreBits-1:0] core_i,
  output logic [31:0] pc_o,
  input  logic hit_i,
  input  logic [WordBits-1:0] word_i,
  input  logic [Units-1:0] full_i,
  output logic [Units-1:0] push_o,
  output npu_pkg::op_t op_o,
  output npu_pkg::ticket_t ticket_o,
  output logic execute_o,
  output logic execute_own_o,
  output logic [2:0] unit_o,
  output logic [Units-1:0] take_o,
  output logic [Units-1:0] post_o,
  input  logic [Units-1:0] there_i,
  input  logic [Units-1:0] room_i,
  input  logic idle_i,
  output logic access_o,
  output logic [npu_pkg::PadBanks-1:0] access_read_o,
  output logic [npu_pkg::PadBanks-1:0] access_write_o,
  input  logic access_grant_i,
  output logic word_read_o,
  output logic word_write_o,
  output logic [npu_pkg::PadRowBits-1:0] word_row_o,
  output logic [npu_pkg::RowBits-1:0] word_data_o,
  output logic [npu_pkg::RowBits-1:0] word_mask_o,
  input  logic [npu_pkg::RowBits-1:0] word_data_i,
  output logic halted_o,
  output logic illegal_o
);
  npu_pkg::decoded_t decoded;
  npu_decode u_decode (.word_i, .decoded_o(decoded));

  // Scalar registers and operand values. Register 0 is zero.
  logic [31:0] register_q [npu_pkg::Registers];
  logic [31:0] value0, value1, value2, value3, result;
  assign value0 = decoded.offset0 + register_q[decoded.base0];
  assign value1 = decoded.offset1 + register_q[decoded.base1];
  assign value2 = decoded.offset2 + register_q[decoded.base2];
  assign value3 = decoded.offset3 + register_q[decoded.base3];
  npu_scalar_alu u_alu (
    .op_i(decoded.scalar_op), .value0_i(value0), .value1_i(value1), .value2_i(value2), .value3_i(value3), .result_o(result)
  );
  for (genvar r = 0; r < npu_pkg::Registers; r++) begin : gen_register
    if (r == 0) begin : gen_zero
      assign register_q[r] = '0;
    end else begin : gen_cell
      always_ff @(posedge clk_i or negedge rst_ni)
        if (!rst_ni) register_q[r] <= '0;
        else if (execute_own_o && decoded.write_register && 32'(decoded.rd) == r) register_q[r] <= written;
    end
  end

  // A word of the scratchpad: the arbiter grants its port, the next cycle reads or writes it; what is read is there a
  // cycle later. The instruction stays where it is meanwhile, and its operands with it.
  logic own, may_own, may_start, may_unit;
  logic loads, stores, granted_q, arrives_q;
  logic [npu_pkg::PadBanks-1:0] bank;
  logic [31:0] written;
  assign loads = decoded.action == npu_pkg::ActionLoadScalar;
  assign stores = decoded.action == npu_pkg::ActionStoreScalar;
  assign word_row_o = npu_pkg::row_of(value0);
  assign word_read_o = granted_q && loads;
  assign word_write_o = granted_q && stores;
  assign word_data_o = npu_pkg::RowBits'(value1) << {npu_pkg::byte_of(value0), 3'b000};
  assign word_mask_o = npu_pkg::RowBits'(32'hffffffff) << {npu_pkg::byte_of(value0), 3'b000};
  assign written = (decoded.action == npu_pkg::ActionCoreNumber) ? 32'(core_i) : loads ? 32'(word_data_i >> {npu_pkg::byte_of(value0), 3'b000}) : result;
  for (genvar k = 0; k < npu_pkg::PadBanks; k++) begin : gen_bank
    assign bank[k] = 32'(word_row_o) >> npu_pkg::PadBankShift == k;
  end
  assign access_o = run_i && hit_i && !decoded.illegal && (loads || stores) && own && may_start && !granted_q && !arrives_q;
  assign access_read_o = loads ? bank : '0;
  assign access_write_o = stores ? bank : '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      granted_q <= 1'b0;
      arrives_q <= 1'b0;
    end else begin
      granted_q <= access_o && access_grant_i;
      arrives_q <= granted_q && loads;
    end
  end

  // May the instruction execute?
  assign own = decoded.unit == npu_pkg::UnitSequencer;
  assign may_start = (decoded.wait_mask & ~there_i) == '0 && (decoded.post_mask & ~room_i) == '0;
  assign may_own = may_start && (decoded.action != npu_pkg::ActionHalt || idle_i) && (!loads || arrives_q) && (!stores || granted_q);
  assign may_unit = !full_i[decoded.unit];
  assign execute_o = run_i && hit_i && !decoded.illegal && (own ? may_own : may_unit);
  assign execute_own_o = execute_o && own;
  assign unit_o = decoded.unit;
  assign take_o = decoded.wait_mask;
  assign post_o = decoded.post_mask;
  for (genvar u = 0; u < Units; u++) begin : gen_push
    assign push_o[u] = execute_o && !own && 32'(decoded.unit) == u;
  end

  // Generators, and the banks that the streams touch.
  npu_pkg::extent_t extent_a, extent_b, extent_d;
  npu_generators u_generators (
    .clk_i, .rst_ni,
    .set_i(execute_own_o && decoded.action == npu_pkg::ActionSetLevel),
    .level_i(decoded.level), .keep_i(decoded.flag), .has_window_i(decoded.has_window),
    .count_i(value0[npu_pkg::CountBits-1:0]), .stride_i(value1), .low_i(value2), .high_i(value3),
    .read_i({decoded.generator_d, decoded.generator_b, decoded.generator_a}),
    .extent0_o(extent_a), .extent1_o(extent_b), .extent2_o(extent_d)
  );
  logic [npu_pkg::PadBanks-1:0] pad_a, pad_b, pad_d;
  logic [npu_pkg::AccBanks-1:0] acc_a, acc_b, acc_d;
  npu_banks u_banks_a (
    .valid_i(decoded.has_a), .in_accumulator_i(decoded.space_a == npu_pkg::SpaceAccumulator), .window_i(decoded.window_a),
    .base_i(value0), .beats_i(decoded.beats_a), .extent_i(extent_a), .pad_o(pad_a), .acc_o(acc_a)
  );
  npu_banks u_banks_b (
    .valid_i(decoded.has_b), .in_accumulator_i(decoded.space_b == npu_pkg::SpaceAccumulator), .window_i(decoded.window_b),
    .base_i(value1), .beats_i(decoded.beats_b), .extent_i(extent_b), .pad_o(pad_b), .acc_o(acc_b)
  );
  npu_banks u_banks_d (
    .valid_i(decoded.has_d), .in_accumulator_i(decoded.space_d == npu_pkg::SpaceAccumulator), .window_i(1'b0),
    .base_i(value2), .beats_i(decoded.beats_d), .extent_i(extent_d), .pad_o(pad_d), .acc_o(acc_d)
  );

  // What goes into the queue.
  logic [npu_pkg::SequenceBits-1:0] sequence_q;
  logic [npu_pkg::StepBits-1:0] steps;
  logic accumulate, claims;
  assign steps = decoded.has_a ? extent_a.steps : decoded.has_d ? extent_d.steps : npu_pkg::StepBits'(1);
  assign accumulate = decoded.action == npu_pkg::ActionMultiply && value3 != '0;
  assign claims = decoded.unit != npu_pkg::UnitLoad && decoded.unit != npu_pkg::UnitStore;
  always_comb begin
    op_o = '0;
    op_o.action = decoded.action;
    op_o.post = decoded.post_mask;
    op_o.steps = (npu_pkg::CopiesAcross && decoded.action == npu_pkg::ActionCopyAcross) ? npu_pkg::StepBits'(value3) : steps;
    op_o.a = value0;
    op_o.b = value1;
    op_o.d = value2;
    op_o.shape_a = extent_a.shape;
    op_o.shape_b = extent_b.shape;
    op_o.shape_d = extent_d.shape;
    op_o.has_a = decoded.has_a;
    op_o.has_b = decoded.has_b;
    op_o.acc_a = decoded.space_a == npu_pkg::SpaceAccumulator;
    op_o.acc_b = decoded.space_b == npu_pkg::SpaceAccumulator;
    op_o.acc_d = decoded.space_d == npu_pkg::SpaceAccumulator;
    op_o.pace = decoded.pace;
    op_o.beats_a = decoded.beats_a;
    op_o.beats_b = decoded.beats_b;
    op_o.beats_d = decoded.beats_d;
    op_o.element = decoded.element;
    op_o.window_a = decoded.window_a;
    op_o.window_b = decoded.window_b;
    op_o.accumulate = accumulate;
    op_o.next = decoded.flag;
    op_o.levels = (value3 > npu_pkg::Levels) ? npu_pkg::GroupBits'(npu_pkg::Levels) : npu_pkg::GroupBits'(value3);
    op_o.vector_op = decoded.vector_op;
    op_o.lanes = decoded.lanes;
    op_o.lane_d = decoded.lane_d;
    op_o.fill_a = decoded.fill_a;
    op_o.fill_b = decoded.fill_b;
  end
  logic signed [npu_pkg::CycleBits:0] lead;
  assign lead = (npu_pkg::CycleBits+1)'(decoded.lead) +
                $signed({1'b0, npu_pkg::CycleBits'(decoded.lead_row) * (npu_pkg::CycleBits'(steps) - npu_pkg::CycleBits'(1))});
  always_comb begin
    ticket_o = '0;
    ticket_o.sequence_number = sequence_q;
    ticket_o.wait_mask = decoded.wait_mask;
    ticket_o.post_mask = decoded.post_mask;
    ticket_o.cycles = npu_pkg::CycleBits'(steps) * npu_pkg::CycleBits'(decoded.pace);
    ticket_o.pace = decoded.pace;
    ticket_o.lead = lead < 0 ? '0 : npu_pkg::CycleBits'(lead);
    ticket_o.makes_set = decoded.action == npu_pkg::ActionPreload;
    ticket_o.takes_set = decoded.action == npu_pkg::ActionMultiply && decoded.flag;
    if (claims) begin
      ticket_o.claim_read[npu_pkg::PortPadRead +: npu_pkg::PadBanks] = pad_a | pad_b;
      ticket_o.claim_read[npu_pkg::PortAccRead +: npu_pkg::AccBanks] = acc_a | acc_b;
      ticket_o.claim_write[npu_pkg::PortPadWrite +: npu_pkg::PadBanks] = pad_d;
      ticket_o.claim_write[npu_pkg::PortAccWrite +: npu_pkg::AccBanks] = acc_d;
      ticket_o.claim_before_write[npu_pkg::PortAccRead +: npu_pkg::AccBanks] = accumulate ? acc_d : '0;
    end
  end

  // Program counter.
  logic jump, enter;
  logic [31:0] pc_next;
  assign jump = (decoded.action == npu_pkg::ActionBranch && result[0]) ||
                (decoded.action == npu_pkg::ActionLoop && $signed(value0) <= 0);
  assign enter = decoded.action == npu_pkg::ActionLoop && $signed(value0) > 0;
  npu_loops u_loops (
    .clk_i, .rst_ni, .step_i(execute_o), .enter_i(enter), .count_i(value0), .end_i(decoded.target),
    .next_i(jump ? decoded.target : pc_o + 32'd1), .next_o(pc_next)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pc_o <= '0;
      sequence_q <= '0;
      halted_o <= 1'b0;
      illegal_o <= 1'b0;
    end else begin
      if (run_i && hit_i && decoded.illegal) illegal_o <= 1'b1;
      if (execute_o) begin
        pc_o <= pc_next;
        sequence_q <= sequence_q + 1'b1;
        if (decoded.action == npu_pkg::ActionHalt) halted_o <= 1'b1;
      end
    end
  end
endmodule
