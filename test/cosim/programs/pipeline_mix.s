; Load, multiply, requantise and store overlap through double buffers
.machine tile4
.include "setup.inc"
.include "lanes.inc"

  gen g1.0, 4, 4, keep=0
  gen g2.0, 16, 4, keep=0
  gen g4.0, 16, 1, keep=0
  st [r2+2000, g15], [3000, g15], 4 post(vector)
  st [r2+2004, g15], [3000, g15], 4 post(vector)
  vset l2, 0 post(matrix)
  vset l2, 1 post(matrix)
  sync
  vset l2, 2
  addi r3, r0, 0
  ldw [g1] wait(load)
  mm [r3, g4], [1024, g2], fill=1, accumulate=0, next=1 wait(load)
  loop 5, tiles
  ldw [16, g1]
  mm [r3, g4], [1024, g2], fill=1, accumulate=0, next=1 wait(vector) post(vector)
  vrequant [r3+2048, g2], [r3, g4], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6 wait(matrix, store) post(matrix, store)
  st [r2, g15], [r3+2048, g15], 64 wait(vector) post(vector)
  addi r2, r2, 64
  sub r3, r0, r3
  addi r3, r3, 64
tiles:
  sync
  halt

.include "data.inc"
