; Stores longer than the write FIFO, across 4 KiB, back to back
.machine tile4
.include "setup.inc"

  gen g1.0, 1, 0, keep=0
  ld [2048, g15], [r1, g15], 1000 post(store)
  addi r3, r0, 12288-100
  st [r3, g1], [2049, g1], 900 wait(load)
  st [r3+1000, g1], [2048, g1], 7
  st [r3+1011, g1], [2055, g1], 512
  halt

.include "data.inc"
