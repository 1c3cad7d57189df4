; Bank conflict: multiply and vector read one scratchpad bank, and one accumulator bank
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  gen g5.0, 4, 1, keep=0
  mm [24, g4], [0, g2], fill=0, accumulate=0, next=0 post(vector)
  vrescale [2048, g2], [96, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  mm [0, g4], [0, g2], fill=0, accumulate=1, next=0
  vrequant [2048+96, g3], [24, g5], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6 wait(matrix)
  vrescale [2048+192, g2], [96, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  mm [40, g4], [1024, g2], fill=0, accumulate=1, next=0
  halt

.include "data.inc"
