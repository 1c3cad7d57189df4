#include "cores/kept_weights.h"

#include <algorithm>
#include <climits>
#include <map>

namespace npuforge::tile {
namespace {

constexpr int64_t kNever = INT64_MAX;

class Keeper {
public:
  Keeper(const std::vector<WeightUse>& uses, int64_t room)
      : uses_(uses), room_(room), next_(uses.size(), kNever), places_(uses.size()) {}

  std::vector<std::optional<KeptWeights>> run() {
    findNext();
    for (int64_t task = 0; task < count(); ++task)
      step(task);
    return std::move(places_);
  }

private:
  struct Held {
    int64_t key, at, bytes;
    int64_t last, next; ///< tasks that use them
  };

  int64_t count() const { return static_cast<int64_t>(uses_.size()); }

  /// The next task with the same weights, if nothing between ends their stay.
  void findNext() {
    std::map<int64_t, int64_t> later;
    for (int64_t task = count(); task-- > 0;) {
      if (!uses_[task].beside)
        later.clear();
      else if (uses_[task].key >= 0) {
        auto found = later.find(uses_[task].key);
        next_[task] = found == later.end() ? kNever : found->second;
        later[uses_[task].key] = task;
      }
    }
  }

  void step(int64_t task) {
    const WeightUse& use = uses_[task];
    if (!use.beside) {
      held_.clear(), loads_.clear();
      return;
    }
    auto own = std::find_if(held_.begin(), held_.end(),
                            [&](const Held& held) { return held.key == use.key; });
    if (use.key >= 0 && own != held_.end()) {
      own->last = task, own->next = next_[task];
      places_[task] = KeptWeights{own->at, true};
      return;
    }
    // What a core's first task, or one behind a task of other places, loads comes while that one
    // still reads them.
    if (use.key >= 0 && next_[task] != kNever && (task == 0 || uses_[task - 1].beside))
      load(task);
    if (use.loads)
      loads_.push_back(task);
  }

  void load(int64_t task) {
    const WeightUse& use = uses_[task];
    std::vector<Held> held = held_;
    std::optional<int64_t> at = gap(held, use.bytes);
    while (!at && evict(held, next_[task]))
      at = gap(held, use.bytes);
    if (!at)
      return;
    held_ = std::move(held);
    held_.push_back({use.key, *at, use.bytes, task, next_[task]});
    std::sort(held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.at < b.at; });
    places_[task] = KeptWeights{*at, false};
  }

  /// The lowest that is free.
  std::optional<int64_t> gap(const std::vector<Held>& held, int64_t bytes) const {
    int64_t at = 0;
    for (const Held& other : held) {
      if (other.at - at >= bytes)
        return at;
      at = other.at + other.bytes;
    }
    return room_ - at >= bytes ? std::optional(at) : std::nullopt;
  }

  /// Lets go of those that are used last, later than `next`; of several that nobody uses again,
  /// those that were used first. False if there are none.
  bool evict(std::vector<Held>& held, int64_t next) const {
    // A load waits for what the load before the last one brought to have been used.
    const int64_t used = loads_.size() < 2 ? -1 : loads_[loads_.size() - 2];
    auto worst = held.end();
    for (auto it = held.begin(); it != held.end(); ++it)
      if (it->last <= used && it->next > next &&
          (worst == held.end() ||
           std::pair(it->next, -it->last) > std::pair(worst->next, -worst->last)))
        worst = it;
    if (worst == held.end())
      return false;
    held.erase(worst);
    return true;
  }

  const std::vector<WeightUse>& uses_;
  const int64_t room_;
  std::vector<int64_t> next_;
  std::vector<std::optional<KeptWeights>> places_;
  std::vector<Held> held_;     ///< by place
  std::vector<int64_t> loads_; ///< tasks that loaded weights since others' places were taken
};

} // namespace

std::vector<std::optional<KeptWeights>> keepWeights(const std::vector<WeightUse>& uses,
                                                    int64_t room) {
  return Keeper(uses, room).run();
}

} // namespace npuforge::tile
