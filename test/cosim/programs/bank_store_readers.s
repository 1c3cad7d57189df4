; Bank conflict: store reads the bank that matrix, weights and vector read
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  st [r2, g15], [600, g15], 400
  mm [24, g4], [0, g2], fill=0, accumulate=0, next=0
  ldw [512, g3]
  vrescale [2048, g2], [96, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  mm [48, g4], [0, g2], fill=0, accumulate=0, next=1
  vrescale [2048+96, g2], [96, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  st [r2+500, g15], [3, g15], 77
  halt

.include "data.inc"
