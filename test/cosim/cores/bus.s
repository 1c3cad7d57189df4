; Both cores keep the bus busy at once with loads and stores of all lengths, each in its own stretch of DRAM.
.machine duo4
.text
  coreid r1
  muli r2, r1, 8192
  addi r2, r2, 65536                                  ; the core's stretch
  addi r3, r0, pattern
  ld [0, g0], [r3, g0], 1024 post(store)
  st [r2, g0], [0, g0], 1024 wait(load) post(sequencer)
  sync wait(store)
  gen g1.0, 7, 13, keep=0
  gen g2.0, 7, 29, keep=0
  loop 6, end
  ld [0, g1], [r2, g2], 11
  ld [512, g0], [r2+512, g0], 300 post(store)
  st [r2+2048, g0], [1024, g0], 257 post(load)
  st [r2+4099, g2], [512, g1], 5 wait(load) post(sequencer)
  ld [1024, g0], [r2+300, g0], 200 wait(store) post(sequencer)
  sync wait(load, store)
end:
  halt

.include "../programs/data.inc"
