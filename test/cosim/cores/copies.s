; Both cores copy to each other at once, over and over, runs of all lengths and places; each copy's end is told by a signal.
.machine duo4
.text
  coreid r1
  addi r3, r0, pattern
  ld [0, g0], [r3, g0], 1024 post(store)
  muli r2, r1, 512
  addi r2, r2, 1024                   ; where this core writes in the other
  addi r4, r0, 2560
  sub r4, r4, r2                      ; where the other writes here
  addi r5, r0, 2
  sub r5, r5, r1                      ; the other's mask: 2 of core 0, 1 of core 1
  muli r6, r1, 1024
  gen g1.0, 7, 13, keep=0
  gen g2.0, 7, 29, keep=0
  scopy [r2, g0], [1, g0], 500, r5 wait(load)
  loop 6, end
  scopy [r2, g1], [3, g2], 11, r5
  scopy [r2+200, g2], [7, g1], 1, r5
  scopy [r2+102, g0], [500, g0], 300, r5
  ssignal r5, 1
  sawait 1, 1
  st [r6+65536, g0], [r4+100, g0], 130          ; what the other has copied goes on to DRAM
  scopy [r2+500, g0], [r4, g0], 12, r5
  ssignal r5, 2                       ; read, so the other may write it again
  sawait 2, 1
end:
  halt

.include "../programs/data.inc"
