; Bank conflict: an older request that cannot issue blocks younger ones on its ports
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  gen g5.0, 40, 4, keep=0
  vrescale [2048, g5], [0, g5], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  mm [24, g4], [1000, g2], fill=0, accumulate=0, next=0
  ldw [1040, g3]
  vrescale [2048+160, g2], [1024, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  ldw [0, g3]
  mm [48, g4], [1024, g2], fill=0, accumulate=0, next=1
  mm [72, g4], [1024, g2], fill=0, accumulate=0, next=1
  halt

.include "data.inc"
