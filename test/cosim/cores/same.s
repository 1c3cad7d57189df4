; All cores read the same bytes and compute the same; then they read what the other has stored.
.machine duo4
.text
  addi r3, r0, pattern
  ld [0, g0], [r3, g0], 1024 post(store)
  coreid r1
  muli r2, r1, 4096
  addi r4, r0, 4096
  sub r4, r4, r2                      ; the other's
  st [r2+65536, g0], [1, g0], 700 wait(load)
  ssignal 3, 2
  lawait 2, 2
  ld [2048, g0], [r4+65536, g0], 700
  halt

.include "../programs/data.inc"
