; Pooling and depthwise groups of 0 to 3 levels, windows, groups of one row
.machine tile4
.include "setup.inc"
.include "lanes.inc"

  gen g2.0, 3, 4, keep=0
  gen g2.1, 2, 20, keep=0
  gen g2.2, 4, 4, keep=0
  gen g3.0, 4, 4, keep=0
  gen g4.0, 24, 4, keep=0
  gen g5.0, 12, 0, keep=0
  gen g6.0, 8, 4, keep=0
  genw g7.0, 3, 4, 0, 3, keep=0
  genw g7.1, 3, 20, 1, 3, keep=0
  genw g7.2, 4, 4, 0, 4, keep=0
  gen g8.0, 3, 4, keep=0
  gen g8.1, 3, 12, keep=0
  gen g8.2, 4, 0, keep=0
  vmaxpool [2048, g3], [0, g2], levels=2, fill=l5, low=l5, high=l6
  vmaxpool [2048+16, g6], [0, g2], levels=1, fill=l5, low=l5, high=l6
  vmaxpool [2048+64, g4], [0, g2], levels=0, fill=l5, low=l5, high=l6
  vavgpool [3072, g3], [0, g7], levels=2, fill=l4, bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vdwconv [3072+64, g3], [0, g7], [1024, g8], levels=2, fill=l4, bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  gen g9.0, 1, 0, keep=0
  vmaxpool [3072+128, g9], [0, g2], levels=3, fill=l5, low=l5, high=l6
  vmaxpool [3072+132, g9], [0, g2], levels=4, fill=l5, low=l5, high=l6
  halt

.include "data.inc"
