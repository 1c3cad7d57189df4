; No bubble between multiplies; accumulation into one row; one-row tiles
.machine tile4
.include "setup.inc"

  gen g1.0, 4, 4, keep=0
  gen g2.0, 1, 0, keep=0
  gen g3.0, 8, 0, keep=0
  gen g4.0, 8, 4, keep=0
  ldw [g1] wait(load)
  ldw [16, g1]
  mm [0, g2], [1024, g2], fill=0, accumulate=0, next=1 wait(load)
  mm [0, g2], [1028, g2], fill=0, accumulate=1, next=0
  mm [0, g2], [1032, g2], fill=0, accumulate=1, next=0
  mm [0, g3], [1036, g4], fill=0, accumulate=1, next=1
  mm [0, g3], [1036, g4], fill=0, accumulate=1, next=0
  loop 6, tiles
  ldw [32, g1]
  mm [1, g2], [1040, g2], fill=0, accumulate=1, next=1
tiles:
  halt

.include "data.inc"
