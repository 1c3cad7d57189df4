; Weight sets: fewer rows than the array, all sets full, swaps without data between
.machine tile4
.include "setup.inc"

  gen g1.0, 4, 4, keep=0
  gen g2.0, 2, 4, keep=0
  gen g3.0, 1, 4, keep=0
  gen g4.0, 6, 4, keep=0
  gen g5.0, 6, 1, keep=0
  ldw [g1] wait(load)
  ldw [16, g2]
  ldw [64, g3]
  ldw [32, g1]
  mm [0, g5], [1024, g4], fill=0, accumulate=0, next=1 wait(load)
  mm [6, g5], [1028, g4], fill=0, accumulate=0, next=1
  mm [12, g5], [1032, g4], fill=0, accumulate=0, next=1
  mm [0, g5], [1036, g4], fill=0, accumulate=1, next=1
  mm [0, g5], [1040, g4], fill=0, accumulate=1, next=0
  halt

.include "data.inc"
