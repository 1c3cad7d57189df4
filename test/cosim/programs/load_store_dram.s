; Load, store and instruction fetch share DRAM
.machine tile4
.text
  addi r1, r0, pattern
  addi r2, r0, result
  gen g1.0, 1, 0, keep=0
  ld [0, g1], [r1, g1], 512 post(store)
  ld [512, g1], [r1+512, g1], 512
  st [r2, g1], [0, g1], 512 wait(load) post(load)
  ld [1024, g1], [r1+1, g1], 1000
.rept 90
  addi r4, r5, 1
.endr
  ld [2048, g1], [r2, g1], 512 wait(store)
  halt

.include "data.inc"
