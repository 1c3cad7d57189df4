#include "flow_joins.h"

#include <algorithm>
#include <utility>

namespace npuforge::assembler {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

class Joins {
public:
  explicit Joins(const Followers& followers)
      : followers_(followers), end_(static_cast<uint32_t>(followers.size())),
        leaders_(followers.size() + 1), number_(followers.size() + 1, kNone),
        join_(followers.size() + 1, kNone) {
    for (uint32_t from = 0; from < end_; ++from) {
      for (uint32_t to : followers[from]) {
        leaders_[to].push_back(from);
      }
    }
  }

  std::vector<std::optional<uint32_t>> run() {
    order();
    join_[end_] = end_;
    for (bool changed = true; changed;) {
      changed = false;
      for (auto node = ordered_.rbegin() + 1; node != ordered_.rend(); ++node) {
        changed |= meet(*node);
      }
    }
    std::vector<std::optional<uint32_t>> result(end_);
    for (uint32_t i = 0; i < end_; ++i) {
      if (join_[i] != kNone) {
        result[i] = join_[i];
      }
    }
    return result;
  }

private:
  // Numbers what leads to the end, each behind all that it leads to by other ways than loops.
  void order() {
    std::vector<std::pair<uint32_t, std::size_t>> open{{end_, 0}};
    std::vector<bool> seen(end_ + 1, false);
    seen[end_] = true;
    while (!open.empty()) {
      auto& [node, next] = open.back();
      if (next == leaders_[node].size()) {
        number_[node] = static_cast<uint32_t>(ordered_.size());
        ordered_.push_back(node);
        open.pop_back();
        continue;
      }
      const uint32_t leader = leaders_[node][next++];
      if (!seen[leader]) {
        seen[leader] = true;
        open.emplace_back(leader, 0);
      }
    }
  }

  bool meet(uint32_t node) {
    uint32_t found = kNone;
    for (uint32_t to : followers_[node]) {
      if (join_[to] != kNone) {
        found = found == kNone ? to : common(found, to);
      }
    }
    return found != std::exchange(join_[node], found);
  }

  uint32_t common(uint32_t a, uint32_t b) const {
    while (a != b) {
      while (number_[a] < number_[b]) {
        a = join_[a];
      }
      while (number_[b] < number_[a]) {
        b = join_[b];
      }
    }
    return a;
  }

  const Followers& followers_;
  const uint32_t end_;
  Followers leaders_;
  std::vector<uint32_t> ordered_, number_, join_;
};

} // namespace

std::vector<std::optional<uint32_t>> joins(const Followers& followers) {
  return Joins(followers).run();
}

} // namespace npuforge::assembler
