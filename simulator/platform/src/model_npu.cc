#include "model_npu.h"

#include <algorithm>

namespace npuforge::platform {
namespace {

const isa::Register& find(const isa::Registers& layout, std::string_view name) {
  return *std::ranges::find(layout.all, name, &isa::Register::name);
}

uint32_t mask(const isa::Register& of, std::string_view name) {
  return 1u << std::ranges::find(of.bits, name, &isa::RegisterBit::name)->bit;
}

} // namespace

ModelNpu::Map::Map(const isa::Registers& layout) {
  const isa::Register &acts = find(layout, "control"), &state = find(layout, "status");
  identification = find(layout, "identification").offset;
  control = acts.offset;
  status = state.offset;
  enable = find(layout, "interrupt_enable").offset;
  pending = find(layout, "interrupt_pending").offset;
  entry = find(layout, "entry").offset;
  text_bytes = find(layout, "text_bytes").offset;
  start = mask(acts, "start");
  stop = mask(acts, "stop");
  done = mask(state, "done");
  error = mask(state, "error");
  busy = mask(state, "busy");
}

ModelNpu::ModelNpu(const sc_core::sc_module_name& name, const isa::Spec& the_spec,
                   const sc_core::sc_time& cycle)
    : Npu(name, the_spec, cycle), map_(layout()), cluster_("cluster", the_spec.machine.cores),
      port_(memory, cycle), plans_(simulator::make_plans(spec())) {
  cluster_.set_cycle(cycle);
  memories_.resize(static_cast<size_t>(spec().machine.cores));
  for (simulator::Memories& one : memories_)
    one.reset(spec().machine);
  SC_METHOD(show_interrupt);
  sensitive << event_due_ << written_;
  dont_initialize();
}

bool ModelNpu::access(Access& access) {
  const Cycle first = now() + 1;
  const auto until = [&](Cycle cycle) { sc_core::wait(time_of(cycle) - sc_core::sc_time_stamp()); };
  if (!access.write) {
    until(first);
    const bool known = read(access);
    until(first + 2);
    return known;
  }
  until(first + 2);
  const bool taken = write(access);
  until(first + 3);
  if (state_ == State::Starting)
    begin();
  return taken;
}

bool ModelNpu::read(Access& access) {
  note_event();
  if (access.offset == map_.identification)
    access.value = isa::identification(spec());
  else if (access.offset == map_.control)
    access.value = 0;
  else if (access.offset == map_.status)
    access.value = status();
  else if (access.offset == map_.enable)
    access.value = enable_;
  else if (access.offset == map_.pending)
    access.value = pending_;
  else if (access.offset == map_.entry)
    access.value = entry_;
  else if (access.offset == map_.text_bytes)
    access.value = text_bytes_;
  else if (const uint32_t first = layout().counters.front().offset;
           access.offset >= first && access.offset < layout().counters.back().offset + 8)
    access.value = counter_half(access.offset - first);
  else
    return false;
  return true;
}

uint32_t ModelNpu::status() const {
  if (state_ == State::Reset)
    return 0;
  return state_ == State::Started && now() >= end_ ? end_event_ : map_.busy;
}

/// `offset`: from the first counter on.
uint32_t ModelNpu::counter_half(uint32_t offset) const {
  if (!cluster_.context().program || state_ == State::Starting)
    return 0; // counters outlive a stop, not a start
  std::vector<uint64_t> counters = simulator::counters(cluster_.stats());
  counters[0] = static_cast<uint64_t>(std::min(now(), end_) - begun_);
  return static_cast<uint32_t>(counters[offset / 8] >> (offset % 8 * 8));
}

bool ModelNpu::write(const Access& access) {
  note_event();
  if (access.offset == map_.control)
    control(access.value);
  else if (access.offset == map_.enable)
    enable_ = access.value & (map_.done | map_.error);
  else if (access.offset == map_.pending)
    pending_ = (pending_ & ~access.value) | (now() == end_ + 1 ? end_event_ : 0); // a new one stays
  else if (access.offset == map_.entry)
    entry_ = access.value;
  else if (access.offset == map_.text_bytes)
    text_bytes_ = access.value;
  else
    return false;
  written_.notify(sc_core::SC_ZERO_TIME);
  return true;
}

void ModelNpu::control(uint32_t value) {
  if ((value & (map_.start | map_.stop)) == 0)
    return;
  cluster_.abandon();
  if (now() <= end_) {
    end_ = now(); // the counter of cycles stands
    noted_ = true;
    event_due_.cancel();
  }
  state_ = value & map_.start ? State::Starting : State::Reset;
}

/// The text comes as it is fetched.
void ModelNpu::begin() {
  const size_t words = text_bytes_ / static_cast<size_t>(spec().word_bytes());
  program_ = {};
  program_.text_address = entry_;
  program_.text.assign(words, isa::Word{});
  text_.assign(words, simulator::MicroOp{});
  state_ = State::Started;
  begun_ = now();
  end_ = simulator::kNever;
  noted_ = false;
  port_.set_origin(sc_core::sc_time_stamp());
  cluster_.begin(
      {&spec(), &program_, &text_, &options_, nullptr, &memories_, nullptr, &port_,
       [this](uint64_t address, std::span<const std::byte> bytes) { fetched(address, bytes); },
       [this](simulator::Cycle end) { ended(end); }});
}

void ModelNpu::fetched(uint64_t address, std::span<const std::byte> bytes) {
  const auto size = static_cast<size_t>(spec().word_bytes());
  size_t at = (address - program_.text_address) / size;
  for (size_t i = 0; i + size <= bytes.size() && at < text_.size(); i += size, ++at) {
    const isa::Word word = isa::load_word(spec(), bytes.subspan(i, size));
    if (text_[at].plan && word == program_.text[at])
      continue;
    if (text_[at].plan)
      SC_REPORT_ERROR("npu", "the text of the program that runs has changed");
    program_.text[at] = word;
    text_[at] = simulator::decode_word(spec(), plans_, word);
  }
}

void ModelNpu::ended(Cycle end) {
  end_ = begun_ + end;
  end_event_ = cluster_.error().empty() ? map_.done : map_.error;
  if (!cluster_.error().empty())
    SC_REPORT_WARNING("npu", cluster_.error().c_str());
  event_due_.notify(time_of(end_ + 1) - sc_core::sc_time_stamp());
}

void ModelNpu::note_event() {
  if (noted_ || now() <= end_)
    return;
  pending_ |= end_event_;
  noted_ = true;
}

void ModelNpu::show_interrupt() {
  note_event();
  interrupt.write((pending_ & enable_) != 0);
}

std::unique_ptr<Npu> make_model_npu(const char* name, const isa::Spec& spec,
                                    const sc_core::sc_time& cycle) {
  return std::make_unique<ModelNpu>(name, spec, cycle);
}

} // namespace npuforge::platform
