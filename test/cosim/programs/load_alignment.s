; Runs of every length and alignment on both sides
.machine tile4
.text
  addi r1, r0, pattern
  addi r3, r0, 0
  loop 9, lengths
  addi r3, r3, 1
  addi r4, r0, 0
  loop 4, sources
  addi r5, r0, 0
  loop 4, destinations
  gen g1.0, 3, 17, keep=0
  gen g2.0, 3, 13, keep=0
  add r6, r1, r4
  ld [r5+64, g2], [r6, g1], r3
  addi r5, r5, 1
destinations:
  addi r4, r4, 1
sources:
lengths:
  halt

.include "data.inc"
