; Core 0 ends at once, with a line of its cache under way; core 1 jumps far and goes on.
.machine duo4
.text
  coreid r1
  bne r1, r0, far
  halt
far:
  bne r1, r0, farther
.rept 13
  addi r2, r2, 1
.endr
farther:
  ld [0, g0], [4096, g0], 64
  st [8192, g0], [64, g0], 64
  halt
