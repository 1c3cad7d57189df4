; Bank conflict: preload and vector read one bank
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  vrescale [2048, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  ldw [512, g3]
  vrescale [2048+96, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  ldw [528, g3]
  mm [24, g4], [1024, g2], fill=0, accumulate=0, next=1
  mm [24, g4], [1024, g2], fill=0, accumulate=0, next=1
  halt

.include "data.inc"
