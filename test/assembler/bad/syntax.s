; what is no statement
  addd r1, r2, r3
  add r1, r2
  add r1 r2, r3
  mm [g1], [g2], fil=0, accumulate=0, next=1
  halt now
  sync wait(lode)
  sync wait()
  sync wait(load
  5 + 3
  .dat
  .quxquux
  r5:
  addi r1, r0, (1 + 2
  addi r1, r0, 1 +
  addi r1, r0, 09a
  addi r1, r0, 0x
  addi r1, r0, 99999999999999999999
  addi r1, r0, 1 / 0
  addi r1, r0, 1 << 64
  addi r1, r0, 0x7fffffffffffffff + 1
  addi r1, r0, 'ab'
