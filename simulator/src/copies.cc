#include "copies.h"

#include <algorithm>

#include "core.h"
#include "load.h"
#include "turns.h"

namespace npuforge::simulator {

void Copies::reset() {
  const isa::Machine& machine = cluster_.machine();
  last_ = machine.cores - 1;
  sender_.reset();
  beat_ = machine.dram.beat_bytes;
  step_ = std::min(beat_, machine.row_bytes());
  next_step_ = 0;
}

int Copies::port(int core) const {
  return cluster_.core(core).ports.write_port(address_);
}

template <class Do>
void Copies::each_target(Do action) const {
  for (int core = 0; burst_.cores >> core != 0; ++core)
    if (burst_.cores >> core & 1)
      action(core);
}

Cycle Copies::next() const {
  Cycle at = next_step_;
  if (sender_) {
    each_target(
        [&](int core) { at = std::max(at, cluster_.core(core).ports.free_at(port(core))); });
    return at;
  }
  Cycle shown = kNever;
  for (int core = 0; core < cluster_.cores(); ++core)
    shown = std::min(shown, cluster_.core(core).store->cross_time());
  return std::max(at, shown);
}

void Copies::run(Cycle until) {
  if (!sender_)
    accept(next());
  while (sender_) {
    const Cycle at = next();
    if (at > until)
      return;
    write(at);
  }
}

void Copies::accept(Cycle at) {
  last_ = first_after(last_, cluster_.cores(),
                      [&](int core) { return cluster_.core(core).store->cross_time() <= at; });
  sender_ = last_;
  burst_ = cluster_.core(last_).store->cross();
  address_ = burst_.address;
  next_step_ = at + 1;
}

void Copies::write(Cycle at) {
  Core& sender = cluster_.core(*sender_);
  each_target([&](int number) {
    Core& core = cluster_.core(number);
    if (const Cycle free = core.ports.free_at(port(number)); free == at && at > next_step_)
      sender.accounting.port_conflict(isa::Unit::Store, core.ports.holder(port(number)),
                                      core.ports.kind(port(number)), at - next_step_);
    core.load->gives_way(port(number), at);
  });
  next_step_ = at + 1;
  address_ += static_cast<uint32_t>(step_);
  if (address_ % static_cast<uint32_t>(beat_) != 0)
    return;
  if (sender.store->crossed(at))
    sender_.reset();
}

} // namespace npuforge::simulator
