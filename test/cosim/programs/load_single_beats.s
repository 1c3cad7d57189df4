; Many outstanding bursts of one beat
.machine tile4
.text
  addi r1, r0, pattern
  gen g1.0, 60, 16, keep=0
  gen g2.0, 60, 4, keep=0
  ld [0, g2], [r1, g1], 4
  ld [1024, g2], [r1+4, g1], 4
  ld [2048, g2], [r1+8, g1], 4
  ld [3072, g2], [r1+12, g1], 4
  ld [0, g2], [r1+1, g1], 3
  ld [1024, g2], [r1+2, g1], 4
  halt

.include "data.inc"
