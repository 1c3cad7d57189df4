#include "rows.h"

#include <limits>

namespace npuforge::quantize {
namespace {

class Table {
public:
  explicit Table(const Result& result)
      : result_(result), shared_(shared_ranges(result.layers, result.choice)) {
    for (size_t i = 0; i < result.layers.size(); ++i)
      if (rounded(i))
        rounded_.insert(result.layers[i].result());
  }

  std::vector<LayerReport> run() {
    std::vector<LayerReport> rows;
    std::string reason; // of the row's first layer
    for (size_t i = 0; i < result_.layers.size(); ++i) {
      if (reason.empty())
        reason = reason_of(i);
      if (continues(i))
        continue;
      rows.push_back(row(i));
      rows.back().reason = std::exchange(reason, "");
    }
    return rows;
  }

private:
  bool computed(size_t index) const { return result_.choice.selected.computed[index]; }

  bool rounded(size_t index) const {
    return computed(index) && result_.choice.selected.rounded[index];
  }

  /// Does a layer only move elements that are in 8 bits, with the same scale?
  bool adds_nothing(const Layer& layer) const {
    const double width = shared_.lookup(layer.result()).width();
    return layer.kind == Layer::Kind::kSelect && llvm::all_of(layer.inputs(), [&](mlir::Value in) {
             return rounded_.contains(in) && shared_.lookup(in).width() == width;
           });
  }

  /// Has the next layer the same row?
  bool continues(size_t i) const {
    auto is_plain = [&](size_t k) {
      return !result_.fallen.contains(k) &&
             (!computed(k) || result_.layers[k].kind == Layer::Kind::kSelect);
    };
    return i + 1 < result_.layers.size() && computed(i) == computed(i + 1) && is_plain(i) &&
           is_plain(i + 1) && result_.layers[i].name() == result_.layers[i + 1].name();
  }

  /// Why it is not in 8 bits.
  std::string reason_of(size_t index) const {
    if (computed(index))
      return "";
    if (result_.fallen.contains(index))
      return "max-error";
    const std::string& reason = result_.layers[index].reason;
    return reason.empty() ? "floats are on either side" : reason;
  }

  std::string precision(size_t index) const {
    if (computed(index))
      return "i8";
    return result_.layers[index].kind == Layer::Kind::kProduct ? result_.choice.others : "f32";
  }

  LayerReport row(size_t index) const {
    const Layer& layer = result_.layers[index];
    const Difference difference = result_.errors.all.lookup(layer.result());
    LayerReport row;
    row.name = layer.name();
    row.operation = layer.operation();
    row.precision = precision(index);
    row.range = difference.range;
    row.own_sqnr = rounded(index) && adds_nothing(layer)
                       ? std::numeric_limits<double>::infinity()
                       : result_.errors.own.lookup(layer.result()).sqnr();
    row.sqnr = difference.sqnr();
    row.max_error = difference.largest;
    row.mean_error = difference.sum / std::max(difference.count, 1.0);
    if (rounded(index))
      row.quantised = shared_.lookup(layer.result());
    if (auto found = result_.contributions.find(index); found != result_.contributions.end())
      row.contribution = found->second;
    return row;
  }

  const Result& result_;
  llvm::DenseMap<mlir::Value, Range> shared_;
  llvm::DenseSet<mlir::Value> rounded_; ///< results in 8 bits
};

} // namespace

std::vector<LayerReport> rows(const Result& result) {
  return Table(result).run();
}

} // namespace npuforge::quantize
