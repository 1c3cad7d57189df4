; Bursts at the 4 KiB boundary and longer than the FIFO
.machine tile4
.text
  addi r1, r0, 4096-10
  gen g1.0, 1, 0, keep=0
  ld [0, g1], [r1, g1], 40
  ld [101, g1], [r1+3, g1], 1000
  gen g2.0, 2, 4096, keep=0
  gen g3.0, 2, 512, keep=0
  ld [2048, g3], [r1, g2], 300 post(store)
  addi r2, r0, result
  st [r2, g1], [101, g1], 900 wait(load)
  halt

.include "data.inc"
