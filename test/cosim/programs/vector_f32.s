; Every f32 instruction on corners of f32 and on ordinary numbers: rows in and out, arithmetic, reductions, functions
.machine tile4
.equ ROWS, 12
.text
  gen g15.0, 1, 0, keep=0
  addi r1, r0, numbers
  addi r2, r0, result
  ld [g15], [r1, g15], ROWS * 16 post(vector)
  gen g1.0, ROWS, 16, keep=0             ; f32 rows of the scratchpad
  gen g2.0, ROWS, 1, keep=0              ; rows of the accumulator
  gen g3.0, ROWS, 4, keep=0              ; i8 rows
  gen g4.0, ROWS, 8, keep=0              ; f16 and bf16 rows
  gen g5.0, 3, 1, keep=0
  gen g5.1, 4, 3, keep=1                 ; groups of three rows
  gen g6.0, 4, 1, keep=0                 ; their results
  vsetf l0, 1.5
  vsetf l1, -0.25
  vsetf l2, -inf
  vsetf l3, 100
  vset l4, -128
  vset l5, 127
  vset l6, 3
  vfload [0, g2], [0, g1] wait(load) post(vector)
  vffill [20, g2], l0
  vaffine [64, g2], [0, g2], scale=l0, bias=l1, low=l2, high=l3 wait(vector) post(vector)
  vfadd [32, g2], [64, g2], [0, g2], scale=l1, low=l2, high=l3 wait(vector)
  vfmul [44, g2], [64, g2], [0, g2]
  vfmax [76, g2], [0, g2], [64, g2]
  vfmin [88, g2], [0, g2], [64, g2]
  vfgreater [100, g2], [0, g2], [64, g2] post(vector)
  vfwhere [112, g2], [100, g2], [0, g2], other=l3 wait(vector)
  vfleaky [20, g2], [0, g2], slope=l1
  vfabs [76, g2], [0, g2] post(vector)
  vfsum [32, g6], [0, g5], levels=1, fill=l0, bias=l1, scale=l0
  vfmaxpool [36, g6], [0, g5], levels=1, fill=l2
  vfdot [40, g6], [0, g5], [76, g2], levels=1, fill=l0, bias=l1, low=l2, high=l3 wait(vector)
  vlsum [44, g2], [64, g2], scale=l1
  vlsquares [88, g2], [64, g2], scale=l0
  vlmax [100, g2], [0, g2]
  vfstore [1024, g1], [44, g2]
  vhstore [1024+192, g4], [0, g2]
  vbstore [1024+288, g4], [0, g2] post(vector)
  vhload [20, g2], [1024+192, g4] wait(vector)
  vbload [32, g2], [1024+288, g4]
  vquant [2048, g3], [0, g2], scale=l0, zero=l6, low=l4, high=l5
  vround [44, g2], [0, g2] post(vector)
  vscale [112, g2], [44, g2], scale=l1, bias=l0 wait(vector)
  vdequant [76, g2], [2048, g3], zero=l6, scale=l1

  vexp [64, g2], [0, g2] post(store)
  vexp2 [76, g2], [0, g2]
  vlog [88, g2], [0, g2]
  vlog2 [100, g2], [0, g2]
  vtanh [112, g2], [0, g2]
  vsigmoid [20, g2], [0, g2]
  verf [32, g2], [0, g2]
  vreciprocal [44, g2], [0, g2]
  vrsqrt [52, g6], [0, g6]
  vsqrt [56, g6], [0, g6] post(store)
  st [r2, g15], [1024, g15], 1024 wait(vector)
  st [r2, g15], [1024, g15], 4 wait(vector)
  halt

.data
numbers:
  .float 0, -0.0, 1, -1
  .float inf, -inf, nan, 3.4028235e38
  .float 1e-45, -1e-45, 1.1754942e-38, 1.1754944e-38
  .float 0.5, 2, 3, -3.75
  .float 88.72, 88.73, -87.4, -103.9
  .float 0.99999994, 1.0000001, 0.7071067, 1.4142135
  .float 1e-10, -1e-10, 0.03, -0.0624
  .float 0.1, -0.3, 0.6, -0.9
  .float 4, -9.01, 17.3, -21.6
  .float 123456.7, -1e9, 3e9, -3e9
  .float 1e-20, 1e20, 1e-38, 1e38
  .float 127.5, -128.5, 0.499, 65504
.bss
result:
  .space 1024
