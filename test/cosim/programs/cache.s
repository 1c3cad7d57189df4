; Code longer than the instruction cache, jumped through so that lines are evicted
.machine tile4
.text
  addi r3, r0, 3
turn:
.rept 60
  addi r4, r5, 1
.endr
  addi r3, r3, -1
  bne r3, r0, turn
  halt

.include "data.inc"
