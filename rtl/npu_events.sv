// The event counters of a core (TIMING.md section 7).
// Interface: source s of all cores' units signals in the cycle in which signal_i[s] is high: event_i slice s rises, seen in the next
// cycle. await_* slice 0 is the head of the load unit's queue, slice 1 that of the store unit's: whether it awaits, which event, and
// how many; there_o says that its counter holds them, and take_i takes them. No two await one event. Reset: all zero.
module npu_events #(
  localparam int unsigned Sources = 2 * npu_pkg::Cores,
  localparam int unsigned Events = npu_pkg::Events,
  localparam int unsigned EventBits = npu_pkg::EventBits,
  localparam int unsigned CountBits = npu_pkg::EventCountBits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [Sources-1:0] signal_i,
  input  logic [Sources*EventBits-1:0] event_i,
  input  logic [1:0] await_i,
  input  logic [2*EventBits-1:0] await_event_i,
  input  logic [2*CountBits-1:0] await_count_i,
  output logic [1:0] there_o,
  input  logic [1:0] take_i
);
  logic [CountBits-1:0] count_q [Events];
  for (genvar a = 0; a < 2; a++) begin : gen_await
    assign there_o[a] = !await_i[a] || count_q[await_event_i[a*EventBits +: EventBits]] >= await_count_i[a*CountBits +: CountBits];
  end
  for (genvar e = 0; e < Events; e++) begin : gen_event
    logic [Sources-1:0] here;
    logic [CountBits-1:0] taken;
    for (genvar s = 0; s < Sources; s++) begin : gen_source
      assign here[s] = signal_i[s] && 32'(event_i[s*EventBits +: EventBits]) == e;
    end
    always_comb begin
      taken = '0;
      for (int unsigned a = 0; a < 2; a++)
        if (await_i[a] && take_i[a] && 32'(await_event_i[a*EventBits +: EventBits]) == e)
          taken = await_count_i[a*CountBits +: CountBits];
    end
    always_ff @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) count_q[e] <= '0;
      else count_q[e] <= count_q[e] + CountBits'($countones(here)) - taken;
`ifndef SYNTHESIS
    always_ff @(posedge clk_i)
      if (rst_ni)
        assert (32'(count_q[e]) + 32'($countones(here)) - 32'(taken) <= npu_pkg::EventMax)
        else $error("a counter holds more signals than it can");
`endif
  end
endmodule
