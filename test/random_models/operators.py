"""What may follow a value: op(network, value) appends nodes and returns their result, or None where the value does not suit.

None is discontinuous or badly conditioned where its operand is computed: rounding must not decide the result.
"""
from elements import clip, cumsum, exponential, largest, periodic, residual, root, unary, where, with_constant
from integers import arithmetic, gather_at, gather_elements, gather_nd, masked, one_hot, scatter, scatter_elements
from layers import channel_norm, conv, conv_transpose, global_pool, layer_norm, pool, reduce, softmax
from moves import blocks, concat, expand, gather, pad, reshape, resize, slice_, split, squeeze, tile, transpose, unsqueeze
from matrices import attention, gemm, gram, matmul, recurrent

CHEAP = [unary, unary, periodic, exponential, root, clip, with_constant, where, residual, concat, transpose, slice_, pad, gather, split,
         unsqueeze, squeeze]
HEAVY = [conv, conv, conv_transpose, pool, global_pool, matmul, matmul, gemm, gram, attention, recurrent, softmax, reduce, layer_norm,
         channel_norm, reshape, tile, expand, resize, blocks, cumsum, largest]
INTEGER = [gather_at, gather_elements, gather_nd, scatter, scatter_elements, one_hot, masked, arithmetic]
