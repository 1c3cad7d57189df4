; Padding by windows on both levels, unaligned rows, fill values
.machine tile4
.include "setup.inc"

  gen g1.0, 4, 4, keep=0
  ldw [g1] wait(load)
  genw g2.0, 5, 4, 1, 4, keep=0
  genw g2.1, 3, 20, 1, 3, keep=0
  gen g3.0, 15, 1, keep=0
  mm [0, g3], [1024-24, g2], fill=-128, accumulate=0, next=1 wait(load)
  genw g2.0, 5, 3, -3, 9, keep=1
  mm [20, g3], [1024+21, g2], fill=127, accumulate=0, next=0
  genw g2.1, 3, 1, 2, 2, keep=1
  mm [40, g3], [-4000, g2], fill=3, accumulate=0, next=0
  halt

.include "data.inc"
