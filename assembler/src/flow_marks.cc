#include "flow_marks.h"

namespace npuforge::assembler {

template <typename F>
bool Marks::any_part(int64_t first, int64_t last, F&& f) const {
  for (int64_t from = first / granule_, end = last / granule_; from <= end;) {
    const int64_t page = from / kPage, to = std::min(end, (page + 1) * kPage - 1);
    if (f(static_cast<std::size_t>(page), from - page * kPage, to - page * kPage))
      return true;
    from = to + 1;
  }
  return false;
}

void Marks::set(const Region& region, uint32_t number) {
  most_ = number;
  const auto last_page = static_cast<std::size_t>(region.last / granule_ / kPage);
  if (last_page >= pages_.size())
    pages_.resize(last_page + 1);
  auto mark = [&](std::size_t at, int64_t from, int64_t to) {
    if (pages_[at] == nullptr)
      pages_[at] = std::make_unique<Page>();
    Page& page = *pages_[at];
    page.most = number;
    std::fill(page.numbers.begin() + from, page.numbers.begin() + to + 1, number);
    return false;
  };
  any_piece(region, [&](int64_t first, int64_t last) { return any_part(first, last, mark); });
}

bool Marks::any_above(const Region& region, uint32_t limit) const {
  auto above = [&](std::size_t at, int64_t from, int64_t to) {
    if (at >= pages_.size() || pages_[at] == nullptr || pages_[at]->most <= limit)
      return false;
    uint32_t most = 0;
    for (int64_t i = from; i <= to; ++i)
      most = std::max(most, pages_[at]->numbers[static_cast<std::size_t>(i)]);
    return most > limit;
  };
  return any_piece(region,
                   [&](int64_t first, int64_t last) { return any_part(first, last, above); });
}

} // namespace npuforge::assembler
