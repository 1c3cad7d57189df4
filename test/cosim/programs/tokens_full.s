; Counters at their limit: posts wait for room; self-waits; sequencer in both directions
.machine tile4
.include "setup.inc"

  gen g1.0, 4, 4, keep=0
  vset l0, 1 post(load)
  vset l1, 2 post(load)
  vset l2, 3 post(load)
  vset l3, 4 post(load)
  ld [0, g15], [r1, g15], 100 wait(vector)
  ld [100, g15], [r1, g15], 100 wait(vector)
  ld [200, g15], [r1, g15], 100 wait(vector)
  ld [300, g15], [r1, g15], 100 wait(vector) post(sequencer)
  sync wait(load) post(vector)
  vset l4, 5 wait(sequencer) post(vector)
  vset l5, 6 wait(vector) post(vector, sequencer)
  vfill [2048, g1], l5 wait(vector) post(vector)
  vrescale [2048, g1], [2048, g1], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(vector)
  sync wait(vector)
  halt

.include "data.inc"
