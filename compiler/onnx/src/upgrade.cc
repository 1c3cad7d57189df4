#include "upgrade.h"

namespace npuforge::onnx {

void upgrade(Node&) {}

} // namespace npuforge::onnx
