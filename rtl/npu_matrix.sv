// The matrix unit: streams scratchpad rows through the array into accumulator rows (TIMING.md section 5).
// Interface: issue_i with op_i in cycle t is an issue at I = t+1. Beat k of row j is asked for in I+j*pace+k (two neighbouring rows
// of the scratchpad when it is not aligned); the row enters the array one cycle after its last beat was asked for (array_*), and is
// written in I+(j+1)*pace-1+MatrixWrite, one cycle after the accumulator was read. complete_o with post_o is high in C-1. Never stalls. Reset: idle, ring at set 0.
module npu_matrix #(
  localparam int unsigned Shadows = npu_pkg::WeightSets - 1,
  localparam int unsigned SetBits = (Shadows > 1) ? $clog2(Shadows) : 1,
  localparam int unsigned RowBits = npu_pkg::RowBits,
  localparam int unsigned AccBits = npu_pkg::AccRowBits,
  localparam int unsigned Rows = npu_pkg::ArrayRows
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic issue_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::op_t op_i,
  /* verilator lint_on UNUSEDSIGNAL */
  // scratchpad: the row, and the one after it
  output logic [1:0] read_o,
  output logic [2*npu_pkg::PadRowBits-1:0] read_row_o,
  input  logic [2*RowBits-1:0] data_i,
  // array
  output logic array_enable_o,
  output logic array_valid_o,
  output logic array_float_o,
  output logic [Rows*npu_pkg::OperandBits-1:0] array_row_o,
  output logic array_swap_o,
  output logic [SetBits-1:0] array_swap_set_o,
  input  logic [AccBits-1:0] array_sums_i,
  // accumulator
  output logic acc_read_o,
  output logic [npu_pkg::AccRowNumberBits-1:0] acc_read_row_o,
  input  logic [AccBits-1:0] acc_data_i,
  output logic acc_write_o,
  output logic [npu_pkg::AccRowNumberBits-1:0] acc_write_row_o,
  output logic [AccBits-1:0] acc_write_data_o,
  output logic complete_o,
  output logic [npu_pkg::Units-1:0] post_o
);
  localparam int unsigned Flight = npu_pkg::MatrixFlight;
  localparam int unsigned Beats = npu_pkg::MatrixBeats;
  localparam int unsigned RingBits = $clog2(Flight + 2);
  localparam int unsigned ByteBits = npu_pkg::ByteBits;
  localparam int unsigned Operand = npu_pkg::OperandBits;

  // Front: one row in as many cycles as it has beats.
  logic active_q, swap_q, accumulate_q, last, enters;   // enters: the row's last beat is asked for
  logic [npu_pkg::PadRowBits-1:0] beat;
  logic [1:0] element_q;
  logic [31:0] fill_q;
  logic [npu_pkg::Units-1:0] post_q;
  logic [SetBits-1:0] set_q;
  logic in_window;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [31:0] origin, target;
  logic target_inside;
  logic [npu_pkg::Levels:0] wraps, target_wraps;
  /* verilator lint_on UNUSEDSIGNAL */

  npu_generator u_source (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.a), .shape_i(op_i.shape_a), .window_i(op_i.window_a),
    .advance_i(enters), .address_o(origin), .inside_o(in_window), .wraps_o(wraps)
  );
  npu_generator u_target (
    .clk_i, .rst_ni, .load_i(issue_i), .base_i(op_i.d), .shape_i(op_i.shape_d), .window_i(1'b0),
    .advance_i(enters), .address_o(target), .inside_o(target_inside), .wraps_o(target_wraps)
  );
  assign last = wraps[npu_pkg::Levels];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      swap_q <= 1'b0;
      accumulate_q <= 1'b0;
      element_q <= '0;
      fill_q <= '0;
      post_q <= '0;
      set_q <= SetBits'(Shadows - 1);
    end else if (issue_i) begin
      active_q <= 1'b1;
      swap_q <= op_i.next;
      accumulate_q <= op_i.accumulate;
      element_q <= op_i.element;
      fill_q <= op_i.b;
      post_q <= op_i.post;
      if (op_i.next) set_q <= (set_q == SetBits'(Shadows - 1)) ? '0 : set_q + 1'b1;
    end else if (enters) begin
      swap_q <= 1'b0;
      if (last) active_q <= 1'b0;
    end
  end
  if (Beats == 1) begin : gen_beat
    assign beat = '0;
    assign enters = active_q;
  end else begin : gen_beats
    logic [npu_pkg::PaceBits-1:0] beat_q, beats_q;
    assign beat = npu_pkg::PadRowBits'(beat_q);
    assign enters = active_q && beat_q == beats_q - 1'b1;
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) begin
        beat_q <= '0;
        beats_q <= npu_pkg::PaceBits'(1);
      end else if (issue_i) begin
        beat_q <= '0;
        beats_q <= op_i.pace;
      end else if (active_q) beat_q <= enters ? '0 : beat_q + 1'b1;
  end

  logic [npu_pkg::PadRowBits-1:0] row;
  logic [ByteBits-1:0] offset;
  assign row = npu_pkg::row_of(origin) + beat;
  assign offset = npu_pkg::byte_of(origin);
  assign read_o[0] = active_q && in_window;
  assign read_o[1] = active_q && in_window && offset != '0;
  assign read_row_o = {row + 1'b1, row};

  // The row arrives: shifted into place, or filled.
  logic inside1_q, swap1_q, valid1_q;
  logic [ByteBits-1:0] offset1_q;
  logic [1:0] element1_q;
  logic [31:0] fill1_q;
  logic [SetBits-1:0] set1_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside1_q <= 1'b0;
      swap1_q <= 1'b0;
      valid1_q <= 1'b0;
      element1_q <= '0;
      offset1_q <= '0;
      fill1_q <= '0;
      set1_q <= '0;
    end else begin
      inside1_q <= in_window;
      swap1_q <= enters && swap_q;
      valid1_q <= enters;
      element1_q <= element_q;
      offset1_q <= offset;
      fill1_q <= (npu_fault_pkg::Fault == npu_fault_pkg::NoFill) ? '0 : fill_q;
      set1_q <= set_q;
    end
  end
  localparam int unsigned ElementsBits = Rows * 8 * npu_pkg::ElementBytes;
  logic [ElementsBits-1:0] aligned;
  if (Beats == 1) begin : gen_aligned
    assign aligned = ElementsBits'(data_i >> {offset1_q, 3'b000});
  end else begin : gen_collected
    logic [RowBits-1:0] arriving;
    logic [(Beats-1)*RowBits-1:0] earlier_q;   // the beats before
    logic [npu_pkg::PaceBits-1:0] missing_q;   // beats that this type's rows lack
    assign arriving = RowBits'(data_i >> {offset1_q, 3'b000});
    assign aligned = ElementsBits'({arriving, earlier_q} >> (32'(missing_q) * RowBits));
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) begin
        earlier_q <= '0;
        missing_q <= '0;
      end else begin
        earlier_q <= ((Beats-1)*RowBits)'({arriving, earlier_q} >> RowBits);
        missing_q <= npu_pkg::PaceBits'(Beats) - gen_beats.beats_q;
      end
  end
  logic [Rows*Operand-1:0] row_operands;
  logic [Operand-1:0] fill_operand;
  npu_operands #(.Count(Rows)) u_row (.element_i(element1_q), .raw_i(aligned), .operands_o(row_operands));
  npu_operands #(.Count(1)) u_fill (.element_i(element1_q), .raw_i(fill_element), .operands_o(fill_operand));
  // A fill is an integer, or an f32 that becomes one of the elements.
  localparam int unsigned ElementBits = 8 * npu_pkg::ElementBytes;
  logic [ElementBits-1:0] fill_element;
  always_comb begin
    fill_element = ElementBits'(fill1_q);
    if (npu_pkg::ArrayBf16 && element1_q == npu_pkg::ElementBf16) fill_element = ElementBits'(fp_f32_to_bf16::convert(fill1_q));
    if (npu_pkg::ArrayF16 && element1_q == npu_pkg::ElementF16) fill_element = ElementBits'(fp_f32_to_f16::convert(fill1_q));
  end
  assign array_row_o = inside1_q ? row_operands : {Rows{fill_operand}};
  assign array_valid_o = valid1_q;
  assign array_float_o = element1_q != npu_pkg::ElementI8;
  assign array_swap_o = swap1_q;
  assign array_swap_set_o = set1_q;

  // Exit: where the rows in flight go, in order.
  localparam int unsigned EntryBits = 3 + npu_pkg::Units + npu_pkg::AccRowNumberBits;
  logic [Flight:1] flight_q;
  logic [EntryBits-1:0] ring [2**RingBits];
  logic [RingBits-1:0] in_q, out_q;
  logic accumulate, exit_last, exit_float;
  logic [npu_pkg::Units-1:0] exit_post;
  assign array_enable_o = active_q || (|flight_q);
  assign {accumulate, exit_last, exit_float, exit_post, acc_read_row_o} = ring[out_q];
  assign acc_read_o = flight_q[Flight] && accumulate;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flight_q <= '0;
      in_q <= '0;
      out_q <= '0;
    end else begin
      flight_q <= {flight_q[Flight-1:1], enters};
      if (enters) in_q <= in_q + 1'b1;
      if (flight_q[Flight]) out_q <= out_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i)
    if (enters) ring[in_q] <= {accumulate_q, last, element_q != npu_pkg::ElementI8, post_q, target[npu_pkg::AccRowNumberBits-1:0]};

  logic write_q, add_q, last_q;
  /* verilator lint_off UNUSEDSIGNAL */
  logic float_q;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [npu_pkg::Units-1:0] write_post_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
      add_q <= 1'b0;
      float_q <= 1'b0;
      last_q <= 1'b0;
      write_post_q <= '0;
      acc_write_row_o <= '0;
    end else begin
      write_q <= flight_q[Flight];
      add_q <= accumulate;
      float_q <= exit_float;
      last_q <= flight_q[Flight] && exit_last;
      write_post_q <= exit_post;
      acc_write_row_o <= acc_read_row_o;
    end
  end
  assign acc_write_o = write_q;
  for (genvar c = 0; c < npu_pkg::ArrayCols; c++) begin : gen_add
    logic [31:0] sum, total;
    assign sum = array_sums_i[32*c +: 32];
    assign total = sum + (add_q ? acc_data_i[32*c +: 32] : 32'd0);
    if (npu_pkg::ArrayFloats) begin : gen_float
      assign acc_write_data_o[32*c +: 32] = !float_q ? total : add_q ? fp_f32::add(sum, acc_data_i[32*c +: 32]) : sum;
    end else begin : gen_integer
      assign acc_write_data_o[32*c +: 32] = total;
    end
  end

  npu_delay #(.Width(1 + npu_pkg::Units), .Cycles((npu_fault_pkg::Fault == npu_fault_pkg::MatrixLate) ? 1 : 0)) u_complete (
    .clk_i, .rst_ni, .d_i({last_q, write_post_q}), .q_o({complete_o, post_o})
  );
endmodule
