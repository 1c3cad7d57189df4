// The banks of a stream (TIMING.md section 2): combinational.
// Interface: base_i, beats_i (of a row) and extent_i of the stream; window_i: only rows inside are read. in_accumulator_i chooses the memory; the mask of the
// other one is 0, as are both if valid_i is low or no row is inside.
module npu_banks (
  input  logic valid_i,
  input  logic in_accumulator_i,
  input  logic window_i,
  input  logic [31:0] base_i,
  input  logic [npu_pkg::PaceBits-1:0] beats_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  npu_pkg::extent_t extent_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic [npu_pkg::PadBanks-1:0] pad_o,
  output logic [npu_pkg::AccBanks-1:0] acc_o
);
  logic [31:0] first, last, pad_first, pad_last, acc_first, acc_last;
  logic any;
  assign any = valid_i && !(window_i && extent_i.empty);
  assign first = base_i + (window_i ? extent_i.first : 32'd0);
  assign last = base_i + (window_i ? extent_i.last_in_window : extent_i.last);
  assign pad_first = 32'(npu_pkg::row_of(first)) >> npu_pkg::PadBankShift;
  assign pad_last = 32'(npu_pkg::row_of(last + 32'(beats_i) * npu_pkg::ArrayCols - 32'd1)) >> npu_pkg::PadBankShift;
  assign acc_first = first >> npu_pkg::AccBankShift;
  assign acc_last = last >> npu_pkg::AccBankShift;
  for (genvar b = 0; b < npu_pkg::PadBanks; b++) begin : gen_pad
    assign pad_o[b] = any && !in_accumulator_i && b - pad_first <= pad_last - pad_first;
  end
  for (genvar b = 0; b < npu_pkg::AccBanks; b++) begin : gen_acc
    assign acc_o[b] = any && in_accumulator_i && b - acc_first <= acc_last - acc_first;
  end
endmodule
