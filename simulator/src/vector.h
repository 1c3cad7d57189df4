#pragma once
// The vector unit: lane registers, and the spec's expressions over blocks of rows.

#include "columns.h"
#include "core.h"

namespace npuforge::simulator {

class Vector : public sc_core::sc_module {
public:
  Vector(sc_core::sc_module_name name, Core& core);
  void reset();
  void issue(Job& job);

private:
  using Column = std::vector<int64_t>; ///< room for elements of any type

  void load_lanes(const Job& job);
  void set_lanes(const Job& job);
  void map(const Job& job);
  void reduce(const Job& job);

  int cols() const { return core_.machine().array.cols; }
  int32_t* lane(int number) {
    return lane_registers_.data() + static_cast<size_t>(number) * cols();
  }
  const std::vector<int32_t>& lane_column(int number);
  void lanes_changed(int first, int last);
  void expand_streams(const Job& job);
  /// Columns of all operands for `rows` rows; streams read the rows of `addresses_[s]` from `first`
  /// on, `stride` apart.
  void set_inputs(const Job& job);
  void read_rows(const Job& job, int64_t first, int64_t stride, int64_t rows);
  void write_rows(const Job& job, const void* column, int64_t first, int64_t rows);
  std::span<const void* const> inputs(const Job& job) const;

  Core& core_;
  std::vector<int32_t> lane_registers_;
  std::vector<std::vector<int32_t>>
      lane_columns_; ///< each register repeated for every row of a block; empty when out of date
  std::array<std::vector<int64_t>, kMaxStreams> addresses_;
  std::array<std::vector<int64_t>, kMaxStreams> picked_;
  std::array<Column, kMaxOperands> columns_;
  std::array<const void*, kMaxOperands + 1> inputs_{};
  Column state_, next_, out_;
};

} // namespace npuforge::simulator
