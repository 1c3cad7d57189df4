#include "fall_back.h"

namespace npuforge::quantize {
namespace {

class Search {
public:
  Search(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice,
         llvm::ArrayRef<Sample> samples, const Outputs& exact)
      : main_(main), layers_(layers), choice_(choice), samples_(samples), exact_(exact) {}

  /// The type in which products multiply that are no longer in 8 bits.
  void set_others(std::string type) { others_ = std::move(type); }

  /// The error when these layers are floats; tried() is the choice.
  double error(const std::set<size_t>& floating) {
    tried_ = choice_;
    tried_.others = others_;
    tried_.selected = select(layers_, floating);
    return output_error(insert(main_, layers_, tried_), samples_, exact_).error;
  }
  const Choice& tried() const { return tried_; }

  /// Layers that round, with the error that each one causes alone: those that compute something in
  /// 8 bits, or move the network's inputs.
  std::map<size_t, double> contributions() {
    std::set<size_t> all;
    for (size_t i = 0; i < layers_.size(); ++i)
      if (choice_.selected.computed[i] && rounds(layers_[i]))
        all.insert(i);
    std::map<size_t, double> result;
    for (size_t layer : all) {
      tried_ = choice_;
      tried_.selected.computed.assign(layers_.size(), false);
      tried_.selected.computed[layer] = true;
      result[layer] = output_error(insert(main_, layers_, tried_), samples_, exact_).error;
    }
    return result;
  }

private:
  static bool rounds(const Layer& layer) {
    return layer.kind != Layer::Kind::kSelect ||
           llvm::any_of(layer.inputs(), llvm::IsaPred<mlir::BlockArgument>);
  }

  mlir::func::FuncOp main_;
  const std::vector<Layer>& layers_;
  const Choice& choice_;
  llvm::ArrayRef<Sample> samples_;
  const Outputs& exact_;
  Choice tried_;
  std::string others_ = "bf16";
};

/// As few of the ranked layers, from the first, as make the error at most the limit; all of them
/// where that is not enough.
size_t least_count(Search& search, const std::vector<size_t>& ranked, double limit) {
  size_t low = 1, high = ranked.size(); // the least count is in [low, high]
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (search.error({ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(middle)}) <= limit)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

} // namespace

Fallback meet(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice,
              double error, llvm::ArrayRef<Sample> samples, const Outputs& exact, double limit) {
  if (error <= limit)
    return {choice, {}, {}, error};
  Search search(main, layers, choice, samples, exact);
  Fallback result;
  result.contributions = search.contributions();
  std::vector<size_t> ranked;
  for (auto [layer, unused] : result.contributions)
    ranked.push_back(layer);
  llvm::sort(ranked, [&](size_t a, size_t b) {
    return std::pair(-result.contributions[a], a) < std::pair(-result.contributions[b], b);
  });
  for (const char* type : {"bf16", "f32"}) {
    search.set_others(type);
    result.layers = ranked;
    result.layers.resize(least_count(search, ranked, limit));
    result.error = search.error({result.layers.begin(), result.layers.end()});
    result.choice = search.tried();
    if (result.error <= limit)
      break;
  }
  return result;
}

} // namespace npuforge::quantize
