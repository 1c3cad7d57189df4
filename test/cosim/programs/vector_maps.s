; Every map and reduce after each other, lane registers rewritten right behind their use
.machine tile4
.include "setup.inc"
.include "lanes.inc"

  gen g2.0, 24, 4, keep=0
  gen g3.0, 24, 1, keep=0
  vrescale [2048, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vld l1, [560, g1]
  vrescale [2048+96, g2], [0, g2], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vset l4, -9
  vset l3, 40
  vadd [3072, g2], [0, g2], [1024, g2], zero_a=l4, mult_a=l1, zero_b=l7, mult_b=l2, shift=l3, zero=l7, low=l5, high=l6
  vrequant [3072+96, g2], [0, g3], bias=l0, mult=l1, shift=l3, zero=l4, low=l5, high=l6
  vfill [2560, g2], l4
  halt

.include "data.inc"
