// The control and status registers, an AXI4-Lite slave (npu_registers_pkg says what is where; isa/src/registers.cc what it means).
// Interface: one access of each kind at a time; what is ready is registered state. Offsets that are no
// register, and writes of registers that are only read, answer SLVERR. run_o is high from two cycles after `start` was written until the next
// start or stop; core_rst_no is low in between. Events and transfers of the core are counted as they come in. Reset: asynchronous, active low.
module npu_registers #(
  localparam int unsigned AddressBits = npu_registers_pkg::AddressBits,
  localparam int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned Units = npu_pkg::Units
) (
  input  logic clk_i,
  input  logic rst_ni,

  input  logic axil_aw_valid_i,
  output logic axil_aw_ready_o,
  input  logic [AddressBits-1:0] axil_aw_addr_i,
  input  logic axil_w_valid_i,
  output logic axil_w_ready_o,
  input  logic [31:0] axil_w_data_i,
  input  logic [3:0] axil_w_strb_i,
  output logic axil_b_valid_o,
  input  logic axil_b_ready_i,
  output logic [1:0] axil_b_resp_o,
  input  logic axil_ar_valid_i,
  output logic axil_ar_ready_o,
  input  logic [AddressBits-1:0] axil_ar_addr_i,
  output logic axil_r_valid_o,
  input  logic axil_r_ready_i,
  output logic [31:0] axil_r_data_o,
  output logic [1:0] axil_r_resp_o,
  output logic interrupt_o,

  output logic core_rst_no,
  output logic run_o,
  output logic [31:0] entry_o,
  output logic [31:0] text_bytes_o,
  input  logic done_i,
  input  logic error_i,
  input  logic [Cores-1:0] executed_i,    // each core's sequencer executed an instruction of its own
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic [Cores*Units-1:0] completed_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic read_taken_i,              // a read burst: of which core, and in bit 0 of its load unit or its cache
  input  logic [npu_pkg::ReadIdBits-1:0] read_id_i,
  input  logic [7:0] read_len_i,
  input  logic write_taken_i,             // a write burst of the core
  input  logic [npu_pkg::WriteIdBits-1:0] write_id_i,
  input  logic [7:0] write_len_i
);
  localparam logic [1:0] Okay = 2'b00;
  localparam logic [1:0] SlaveError = 2'b10;
  localparam int unsigned Done = npu_registers_pkg::StatusDone;
  localparam int unsigned Error = npu_registers_pkg::StatusError;
  localparam int unsigned CounterBits = 64;

  // Writes: when address and data are both there.
  logic address_held_q, data_held_q, write;
  logic [AddressBits-1:0] address_q;
  logic [31:0] data_q, mask, ones;
  logic [3:0] strb_q;
  assign axil_aw_ready_o = !address_held_q;
  assign axil_w_ready_o = !data_held_q;
  assign write = address_held_q && data_held_q && !axil_b_valid_o;
  for (genvar b = 0; b < 4; b++) begin : gen_mask
    assign mask[8*b +: 8] = {8{strb_q[b]}};
  end
  assign ones = data_q & mask;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      address_held_q <= 1'b0;
      data_held_q <= 1'b0;
      address_q <= '0;
      data_q <= '0;
      strb_q <= '0;
    end else begin
      if (write) address_held_q <= 1'b0;
      else if (axil_aw_valid_i) address_held_q <= 1'b1;
      if (write) data_held_q <= 1'b0;
      else if (axil_w_valid_i) data_held_q <= 1'b1;
      if (axil_aw_valid_i && axil_aw_ready_o) address_q <= axil_aw_addr_i;
      if (axil_w_valid_i && axil_w_ready_o) begin
        data_q <= axil_w_data_i;
        strb_q <= axil_w_strb_i;
      end
    end
  end

  logic to_control, to_enable, to_pending, to_entry, to_text_bytes;
  assign to_control = write && address_q == npu_registers_pkg::Control;
  assign to_enable = write && address_q == npu_registers_pkg::InterruptEnable;
  assign to_pending = write && address_q == npu_registers_pkg::InterruptPending;
  assign to_entry = write && address_q == npu_registers_pkg::Entry;
  assign to_text_bytes = write && address_q == npu_registers_pkg::TextBytes;

  logic start, stop;
  assign start = to_control && ones[npu_registers_pkg::ControlStart];
  assign stop = to_control && ones[npu_registers_pkg::ControlStop];

  logic core_reset_q, starting_q, done_q, error_q;
  logic [1:0] events, enable_q, pending_q;
  assign core_rst_no = !core_reset_q;
  assign events[Done] = done_i && !done_q;
  assign events[Error] = error_i && !error_q;
  assign interrupt_o = |(pending_q & enable_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      core_reset_q <= 1'b1;
      starting_q <= 1'b0;
      run_o <= 1'b0;
      done_q <= 1'b0;
      error_q <= 1'b0;
      enable_q <= '0;
      pending_q <= '0;
      entry_o <= '0;
      text_bytes_o <= '0;
      axil_b_valid_o <= 1'b0;
      axil_b_resp_o <= Okay;
    end else begin
      core_reset_q <= start || stop;
      starting_q <= start;
      if (start || stop) run_o <= 1'b0;
      else if (starting_q) run_o <= 1'b1;
      done_q <= done_i;
      error_q <= error_i;
      if (to_enable) enable_q <= (enable_q & ~mask[1:0]) | ones[1:0];
      pending_q <= (pending_q & ~(to_pending ? ones[1:0] : 2'b00)) | events;
      if (to_entry) entry_o <= (entry_o & ~mask) | ones;
      if (to_text_bytes) text_bytes_o <= (text_bytes_o & ~mask) | ones;
      if (write) begin
        axil_b_valid_o <= 1'b1;
        axil_b_resp_o <= (to_control || to_enable || to_pending || to_entry || to_text_bytes) ? Okay : SlaveError;
      end else if (axil_b_ready_i) begin
        axil_b_valid_o <= 1'b0;
      end
    end
  end

  // Counters.
  logic [npu_registers_pkg::Counters*CounterBits-1:0] counters;
  logic [npu_registers_pkg::Counters*32-1:0] steps;
  logic [31:0] read_bytes, write_bytes;
  assign read_bytes = (32'(read_len_i) + 32'd1) * npu_pkg::BeatBytes;
  assign write_bytes = (32'(write_len_i) + 32'd1) * npu_pkg::BeatBytes;
  assign steps[32*npu_registers_pkg::CounterCycles +: 32] = 32'(run_o && !done_i && !error_i);
  // Those of the cores stand one after the other, each core's in the order of core 0's.
  for (genvar k = 0; k < Cores; k++) begin : gen_core
    localparam int unsigned First = k * npu_registers_pkg::CountersPerCore;
    logic reads, writes;
    assign reads = read_taken_i && (32'(read_id_i) >> 1) == k;
    assign writes = write_taken_i && 32'(write_id_i) == k;
    assign steps[32*(First + npu_registers_pkg::CounterDramRead) +: 32] = (reads && read_id_i[0]) ? read_bytes : '0;
    // What a cache has asked for ahead is taken after the end, too.
    assign steps[32*(First + npu_registers_pkg::CounterFetched) +: 32] = (reads && !read_id_i[0] && !done_i) ? read_bytes : '0;
    assign steps[32*(First + npu_registers_pkg::CounterDramWritten) +: 32] = writes ? write_bytes : '0;
    assign steps[32*(First + npu_registers_pkg::CounterInstructionsSequencer) +: 32] = 32'(executed_i[k]);
    for (genvar u = 1; u < Units; u++) begin : gen_unit
      assign steps[32*(First + npu_registers_pkg::CounterInstructionsSequencer + u) +: 32] = 32'(completed_i[Units*k + u]);
    end
  end
  for (genvar k = 0; k < npu_registers_pkg::Counters; k++) begin : gen_counter
    logic [CounterBits-1:0] count_q;
    assign counters[CounterBits*k +: CounterBits] = count_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) count_q <= '0;
      else if (start) count_q <= '0;
      else if (steps[32*k +: 32] != '0) count_q <= count_q + CounterBits'(steps[32*k +: 32]);
    end
  end

  // Reads.
  logic [31:0] value;
  logic known;
  logic [AddressBits-1:0] half;   // of a counter, from the first one's low half on
  assign half = (axil_ar_addr_i - npu_registers_pkg::FirstCounter) >> 2;
  always_comb begin
    known = axil_ar_addr_i[1:0] == 2'b00;
    value = '0;
    unique case (axil_ar_addr_i)
      npu_registers_pkg::Identification: value = npu_registers_pkg::IdentificationValue;
      npu_registers_pkg::Control: value = '0;
      npu_registers_pkg::Status: begin
        value[Done] = done_i;
        value[Error] = error_i;
        value[npu_registers_pkg::StatusBusy] = (run_o || starting_q) && !done_i && !error_i;
      end
      npu_registers_pkg::InterruptEnable: value = 32'(enable_q);
      npu_registers_pkg::InterruptPending: value = 32'(pending_q);
      npu_registers_pkg::Entry: value = entry_o;
      npu_registers_pkg::TextBytes: value = text_bytes_o;
      default: begin
        if (axil_ar_addr_i >= npu_registers_pkg::FirstCounter && 32'(half) < 2 * npu_registers_pkg::Counters)
          value = counters[32*half +: 32];
        else known = 1'b0;
      end
    endcase
  end
  assign axil_ar_ready_o = !axil_r_valid_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      axil_r_valid_o <= 1'b0;
      axil_r_data_o <= '0;
      axil_r_resp_o <= Okay;
    end else if (axil_ar_valid_i && axil_ar_ready_o) begin
      axil_r_valid_o <= 1'b1;
      axil_r_data_o <= value;
      axil_r_resp_o <= known ? Okay : SlaveError;
    end else if (axil_r_ready_i) begin
      axil_r_valid_o <= 1'b0;
    end
  end
endmodule
