; Bank conflict: load and vector write one bank
.machine tile4
.include "setup.inc"
.include "lanes.inc"
.include "tiles.inc"

  ld [2560, g15], [r1, g15], 400
  vrescale [2048, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vrescale [2048+96, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vrescale [2048+192, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vrescale [2048+288, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  ld [2960, g15], [r1+3, g15], 100
  halt

.include "data.inc"
