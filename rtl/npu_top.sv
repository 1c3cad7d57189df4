// The cores with their registers: what a system on a chip instantiates.
// Interface: an AXI4 master to memory (npu_cluster), an AXI4-Lite slave for control and status and an interrupt (npu_registers); slice k
// of the trace is core k's (npu_core). run_o: the cores are out of reset and run or have run their program. Reset: asynchronous, active low.
module npu_top #(
  localparam int unsigned Cores = npu_pkg::Cores,
  localparam int unsigned Units = npu_pkg::Units,
  localparam int unsigned ReadIdBits = npu_pkg::ReadIdBits,
  localparam int unsigned WriteIdBits = npu_pkg::WriteIdBits,
  localparam int unsigned DataBits = npu_pkg::BeatBits,
  localparam int unsigned AddressBits = npu_registers_pkg::AddressBits
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

  output logic axi_ar_valid_o,
  input  logic axi_ar_ready_i,
  output logic [ReadIdBits-1:0] axi_ar_id_o,
  output logic [31:0] axi_ar_addr_o,
  output logic [7:0] axi_ar_len_o,
  output logic [2:0] axi_ar_size_o,
  output logic [1:0] axi_ar_burst_o,
  input  logic axi_r_valid_i,
  output logic axi_r_ready_o,
  input  logic [ReadIdBits-1:0] axi_r_id_i,
  input  logic [DataBits-1:0] axi_r_data_i,
  output logic axi_aw_valid_o,
  input  logic axi_aw_ready_i,
  output logic [WriteIdBits-1:0] axi_aw_id_o,
  output logic [31:0] axi_aw_addr_o,
  output logic [7:0] axi_aw_len_o,
  output logic [2:0] axi_aw_size_o,
  output logic [1:0] axi_aw_burst_o,
  output logic axi_w_valid_o,
  input  logic axi_w_ready_i,
  output logic [DataBits-1:0] axi_w_data_o,
  output logic [DataBits/8-1:0] axi_w_strb_o,
  output logic axi_w_last_o,
  input  logic axi_b_valid_i,
  output logic axi_b_ready_o,
  input  logic [WriteIdBits-1:0] axi_b_id_i,

  output logic run_o,
  output logic done_o,
  output logic error_o,
  output logic [Cores-1:0] trace_execute_o,
  output logic [Cores*32-1:0] trace_pc_o,
  output logic [Cores*3-1:0] trace_unit_o,
  output logic [Cores*Units-1:0] trace_issue_o,
  output logic [Cores*Units-1:0] trace_complete_o
);
  logic core_rst_n;
  logic [31:0] entry, text_bytes;
  logic [Cores-1:0] executed;   // an instruction of the core's sequencer
  for (genvar k = 0; k < Cores; k++) begin : gen_executed
    assign executed[k] = trace_execute_o[k] && trace_unit_o[3*k +: 3] == npu_pkg::UnitSequencer;
  end
  npu_registers u_registers (
    .clk_i, .rst_ni,
    .axil_aw_valid_i, .axil_aw_ready_o, .axil_aw_addr_i, .axil_w_valid_i, .axil_w_ready_o, .axil_w_data_i, .axil_w_strb_i,
    .axil_b_valid_o, .axil_b_ready_i, .axil_b_resp_o,
    .axil_ar_valid_i, .axil_ar_ready_o, .axil_ar_addr_i, .axil_r_valid_o, .axil_r_ready_i, .axil_r_data_o, .axil_r_resp_o,
    .interrupt_o,
    .core_rst_no(core_rst_n), .run_o, .entry_o(entry), .text_bytes_o(text_bytes), .done_i(done_o), .error_i(error_o),
    .executed_i(executed), .completed_i(trace_complete_o),
    .read_taken_i(axi_ar_valid_o && axi_ar_ready_i), .read_id_i(axi_ar_id_o), .read_len_i(axi_ar_len_o),
    .write_taken_i(axi_aw_valid_o && axi_aw_ready_i), .write_id_i(axi_aw_id_o), .write_len_i(axi_aw_len_o)
  );
  npu_cluster u_cluster (
    .clk_i, .rst_ni(core_rst_n), .start_i(run_o), .entry_i(entry), .text_bytes_i(text_bytes), .done_o, .error_o,
    .axi_ar_valid_o, .axi_ar_ready_i, .axi_ar_id_o, .axi_ar_addr_o, .axi_ar_len_o, .axi_ar_size_o, .axi_ar_burst_o,
    .axi_r_valid_i, .axi_r_ready_o, .axi_r_id_i, .axi_r_data_i,
    .axi_aw_valid_o, .axi_aw_ready_i, .axi_aw_id_o, .axi_aw_addr_o, .axi_aw_len_o, .axi_aw_size_o, .axi_aw_burst_o,
    .axi_w_valid_o, .axi_w_ready_i, .axi_w_data_o, .axi_w_strb_o, .axi_w_last_o, .axi_b_valid_i, .axi_b_ready_o, .axi_b_id_i,
    .trace_execute_o, .trace_pc_o, .trace_unit_o, .trace_issue_o, .trace_complete_o
  );
endmodule
