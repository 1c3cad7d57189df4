// The graph dialect. GraphBase.td: the dialect. FloatOps.td: operators as ONNX means them. QuantOps.td: integer
// operators as the back end consumes them. MapOps.td: element-wise arithmetic, in both stages. TensorOps.td: operators over
// tensors of any rank and type. ControlOps.td: branches and loops.
#ifndef NPUFORGE_GRAPH_OPS
#define NPUFORGE_GRAPH_OPS

include "npuforge/compiler/graph/GraphBase.td"
include "npuforge/compiler/graph/ControlOps.td"
include "npuforge/compiler/graph/FloatOps.td"
include "npuforge/compiler/graph/MapOps.td"
include "npuforge/compiler/graph/QuantOps.td"
include "npuforge/compiler/graph/TensorOps.td"

#endif
