; Core 0 makes blocks, core 1 takes them, over two buffers in DRAM: event 0 says that one is full, event 1 that one is free.
.machine duo4
.text
  coreid r1
  addi r5, r0, 32768                  ; one buffer of 64 bytes
  addi r6, r0, 65600                  ; the sum of both addresses
  addi r3, r0, pattern
  bne r1, r0, takes
  loop 10, made
  ld [0, g0], [r3, g0], 64 post(store)
  addi r3, r3, 64
  sawait 1, 1
  st [r5, g0], [0, g0], 64 wait(load) post(load)
  ssignal 2, 0
  sub r5, r6, r5
  lsignal 1, 3 wait(store)            ; to itself: so the loads go on when the store has read
  lawait 3, 1
made:
  halt
takes:
  lsignal 1, 1                        ; both are free
  lsignal 1, 1
  addi r7, r0, 128
  loop 10, taken
  lawait 0, 1
  ld [r7, g0], [r5, g0], 64
  lsignal 1, 1
  addi r7, r7, 64
  sub r5, r6, r5
taken:
  halt

.include "../programs/data.inc"
