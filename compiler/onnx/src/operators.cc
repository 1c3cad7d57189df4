#include "operators.h"

namespace npuforge::onnx {

const Importer* find_importer(const onnx_proto::NodeProto& node) {
  static const std::vector<const Table*> tables = {
      &elementwise_operators(), &activation_operators(),  &quantize_operators(),
      &linear_operators(),      &determinant_operators(), &convolution_operators(),
      &pool_operators(),        &norm_operators(),        &recurrent_operators(),
      &resize_operators(),      &deform_operators(),      &grid_operators(),
      &region_operators(),      &block_operators(),       &loss_operators(),
      &signal_operators(),      &integer_operators(),     &dynamic_operators(),
      &qlinear_operators(),     &shape_operators(),       &move_operators(),
      &index_operators(),       &reduction_operators(),   &einsum_operators(),
      &picking_operators(),
  };
  const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  const std::string key = standard ? node.op_type() : node.domain() + "::" + node.op_type();
  for (const Table* table : tables)
    if (auto found = table->find(key); found != table->end())
      return &found->second;
  return nullptr;
}

} // namespace npuforge::onnx
