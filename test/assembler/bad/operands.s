; operands out of range or of the wrong kind
  addi r32, r0, 1
  addi r1, 5, 1
  addi r1, r0, 0x100000000
  mm [g1], [g2], fill=200, accumulate=0, next=1
  mm [g1], [g2], fill=0, accumulate=4, next=2
  ldw [g16]
  ldw g1
  ldw [r1 g1]
  vset l16, 1
  vset r1, 1
  gen g1.4, 1, 1, keep=0
  blt r1, r2, nowhere
  loop -1, 3
  addi r1, r0, 1 + r2
