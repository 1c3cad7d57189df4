; Scalar arithmetic, branches taken and not taken, nested loops
.machine tile4
.text
  addi r3, r0, 5
  addi r4, r0, -7
  mul r5, r3, r4
  sub r6, r3, r4
  smin r7, r3, r4
  smax r8, r3, r4
  muli r9, r6, 1000003
  srai r10, r9, 7
  mini r11, r9, 12
  maxi r12, r9, 12
again:
  addi r3, r3, -1
  bne r3, r0, again
  blt r3, r4, never
  addi r13, r0, 1
never:
  loop 3, outer_end
  addi r14, r14, 1
  loop r13+2, inner_end
  add r15, r15, r14
inner_end:
outer_end:
  loop 0, skipped
  addi r16, r0, 99
skipped:
  addi r2, r0, result
  halt

.include "data.inc"
