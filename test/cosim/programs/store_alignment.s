; Stores of every length and alignment; strobes at both ends
.machine tile4
.include "setup.inc"

  sync
  gen g1.0, 1, 0, keep=0
  ld [2048, g15], [r1, g15], 1024 post(store)
  addi r3, r0, 0
  st [r2, g1], [2048, g1], 4 wait(load)
  loop 9, lengths
  addi r3, r3, 1
  addi r4, r0, 0
  loop 4, sources
  addi r5, r0, 0
  loop 4, destinations
  gen g1.0, 2, 30, keep=0
  gen g2.0, 2, 18, keep=0
  add r6, r2, r5
  add r7, r4, r3
  st [r6, g1], [r7+2048, g2], r3
  addi r5, r5, 1
destinations:
  addi r4, r4, 1
sources:
  addi r2, r2, 70
lengths:
  halt

.include "data.inc"
