; Stores to DRAM and copies to the other core take turns in one engine, while the other core's loads go to the same bank.
.machine duo4
.text
  coreid r1
  addi r3, r0, pattern
  ld [0, g0], [r3, g0], 1024 post(store)
  ld [1024, g0], [r3+3, g0], 500
  muli r6, r1, 8192
  addi r6, r6, 65536
  addi r5, r0, 2
  sub r5, r5, r1
  gen g1.0, 5, 40, keep=0
  st [r6, g0], [0, g0], 64 wait(load)
  loop 8, end
  scopy [2050, g1], [0, g1], 23, r5
  st [r6+64, g0], [3, g0], 4
  ld [2304, g0], [r3, g0], 300
  scopy [2700, g0], [5, g0], 1, r5
  scopy [2750, g0], [5, g0], 130, r5
  st [r6+128, g1], [200, g1], 17
  st [r6+1024, g0], [8, g0], 200
  ld [2604, g0], [r3+9, g0], 90
end:
  ssignal r5, 0
  halt

.include "../programs/data.inc"
