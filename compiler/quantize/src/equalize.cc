#include "equalize.h"

#include <cmath>

#include <mlir/IR/IRMapping.h>

#include "eligible.h"
#include "product.h"

namespace npuforge::quantize {
namespace {

constexpr int kRounds = 20;          ///< pairs share products: their factors settle
constexpr double kSettled = 1e-3;    ///< largest change of a factor that ends the rounds
constexpr double kExtreme = 1 << 10; ///< of one factor, so that nothing overflows

/// f(s x) = s f(x) for s > 0, channel by channel.
bool is_homogeneous(mlir::Operation* op) {
  return llvm::isa<graph::ReluOp, graph::MaxPoolOp, graph::AveragePoolOp,
                   graph::GlobalAveragePoolOp>(op);
}

/// Two products; each channel of the first one is `each` inputs of the second (a flatten between).
struct Pair {
  size_t first, second; ///< in the list of products
  size_t each;
};

/// The product that alone reads a product's result, behind operators that are homogeneous.
mlir::Operation* reader(mlir::Operation* product) {
  mlir::Operation* op = product;
  do {
    mlir::Value value = op->getResult(0);
    if (!value.hasOneUse())
      return nullptr;
    mlir::OpOperand& use = *value.use_begin();
    op = use.getOwner();
    if (why_not_product(op).empty() && use.getOperandNumber() == 0)
      return op;
  } while (is_homogeneous(op) || llvm::isa<graph::FlattenOp>(op));
  return nullptr;
}

std::vector<Pair> pairs(const std::vector<Product>& products) {
  std::vector<Pair> result;
  for (size_t i = 0; i < products.size(); ++i) {
    mlir::Operation* second = products[i].takes_bias() ? reader(products[i].op) : nullptr;
    for (size_t k = 0; second && k < products.size(); ++k)
      if (products[k].op == second && products[k].inputs % products[i].outputs == 0)
        result.push_back({i, k, static_cast<size_t>(products[k].inputs / products[i].outputs)});
  }
  return result;
}

/// Does each of the product's outputs read one input? Its weights' ranges then cost nothing.
bool is_depthwise(const Product& product) {
  return product.inputs == product.outputs && llvm::isa<graph::ConvOp>(product.op) &&
         product.shape[1] == 1;
}

/// The factors of one pair: sqrt(r1 / r2), r1 being the range of the first one's results and r2
/// that of the second one's weights.
std::vector<double> factors(const std::vector<double>& results, const Product& second,
                            size_t each) {
  const std::vector<double> next = second.largest_of_inputs();
  std::vector<double> factors(results.size(), 1);
  for (size_t c = 0; c < results.size(); ++c) {
    const double reads = *std::max_element(next.begin() + static_cast<ptrdiff_t>(c * each),
                                           next.begin() + static_cast<ptrdiff_t>((c + 1) * each));
    if (results[c] > 0 && reads > 0)
      factors[c] = std::clamp(is_depthwise(second) ? results[c] : std::sqrt(results[c] / reads),
                              1 / kExtreme, kExtreme);
  }
  return factors;
}

/// Divides a product's outputs by the factors, multiplies the next one's inputs. Returns the
/// largest change.
double apply(Product& first, std::vector<double>& results, Product& second, size_t each) {
  const std::vector<double> s = factors(results, second, each);
  double change = 0;
  for (size_t i = 0; i < first.weights.size(); ++i)
    first.weights[i] /= s[first.output_of(i)];
  for (size_t o = 0; o < s.size(); ++o) {
    first.bias[o] /= s[o];
    results[o] /= s[o];
    change = std::max(change, std::abs(std::log(s[o])));
  }
  for (size_t i = 0; i < second.weights.size(); ++i)
    second.weights[i] *= s[second.input_of(i) / each];
  return change;
}

} // namespace

Equalized equalize(mlir::func::FuncOp main, const Observations& observations) {
  mlir::IRMapping mapping;
  Equalized equalized{main.clone(mapping), 0};
  std::vector<Product> products;
  std::vector<std::vector<double>> results; // the largest of each channel
  for (const auto& [product, largest] : observations.channels) {
    products.emplace_back(mapping.lookup(product));
    results.push_back(largest);
  }
  const std::vector<Pair> found = pairs(products);
  double change = 1;
  for (int round = 0; round < kRounds && change > kSettled; ++round) {
    change = 0;
    for (const Pair& pair : found)
      change = std::max(change, apply(products[pair.first], results[pair.first],
                                      products[pair.second], pair.each));
  }
  for (Product& product : products)
    product.write();
  equalized.pairs = found.size();
  return equalized;
}

} // namespace npuforge::quantize
