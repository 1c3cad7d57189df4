; Core 0 copies into a bank into which core 1's vector unit and loads write at the same time, other rows of it.
.machine duo4
.include "../programs/setup.inc"
.include "../programs/lanes.inc"
.include "../programs/tiles.inc"

  coreid r8
  bne r8, r0, computes
  loop 5, sent
  ld [700, g15], [r1, g15], 4 post(store)
  scopy [2560, g15], [16, g15], 400, 2 wait(load)
  scopy [2501, g15], [1041, g15], 57, 2
sent:
  ssignal 2, 1
  halt
computes:
  loop 8, computed
  ld [2960, g15], [r1, g15], 100
  vrescale [2048, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vrescale [2048+96, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  ld [2400, g15], [r1+3, g15], 100
  vrescale [2048+192, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6 post(matrix)
  mm [24, g4], [2048, g2], fill=0, accumulate=0, next=0 wait(vector) post(sequencer)
  sync wait(matrix)
computed:
  ld [700, g15], [r1, g15], 4 post(store)
  sawait 1, 1
  st [r2, g15], [2048, g15], 1024 wait(load)
  halt

.include "../programs/data.inc"
