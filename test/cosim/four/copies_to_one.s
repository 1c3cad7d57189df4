; Three cores copy to core 0 at once, which loads into the same bank; then each copies what it has to all others, and they
; give it to DRAM.
.machine four4
.text
  coreid r1
  addi r3, r0, pattern
  ld [0, g0], [r3, g0], 1024
  muli r2, r1, 256
  gen g1.0, 6, 36, keep=0
  bne r1, r0, gives
  loop 6, loaded
  ld [1030, g0], [r3, g0], 240
  ld [1030, g0], [r3+1, g0], 240
loaded:
  ld [1040, g0], [r3+2, g0], 1 post(store)
  sawait 1, 3 wait(load)
  bne r3, r0, all
gives:
  ld [0, g0], [r3, g0], 4 post(store)
  scopy [r2+1024, g1], [1, g1], 35, 1 wait(load)
  scopy [r2+1251, g0], [300, g0], 29, 1
  ssignal 1, 1
all:
  addi r4, r0, 1
  loop r1, mask                       ; 2 to the power of its number
  add r4, r4, r4
mask:
  addi r5, r0, 15
  sub r5, r5, r4                      ; the others
  scopy [r2+2048, g0], [r2, g0], 250, r5
  scopy [r2+2298, g0], [r2+1027, g0], 6, r5
  ssignal 15, 2
  sawait 2, 4
  muli r6, r1, 1024
  st [r6+65536, g0], [2048, g0], 1024
  halt

.include "../programs/data.inc"
