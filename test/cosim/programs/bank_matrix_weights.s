; Bank conflict: multiply and preload read one bank
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  mm [24, g4], [0, g2], fill=0, accumulate=0, next=0
  ldw [512, g3]
  ldw [528, g3]
  mm [48, g4], [0, g2], fill=0, accumulate=0, next=1
  ldw [0, g3]
  halt

.include "data.inc"
