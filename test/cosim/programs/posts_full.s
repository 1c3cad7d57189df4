; Every unit waits for room to post
.machine tile4
.text
  addi r1, r0, pattern
  addi r2, r0, result
  gen g15.0, 1, 0, keep=0
  gen g1.0, 4, 4, keep=0
  gen g4.0, 4, 1, keep=0
  ld [0, g15], [r1, g15], 900 post(vector)
  vset l0, 0 wait(load)
  vset l0, 1 wait(sequencer)
  vset l0, 2 wait(sequencer)
  sync post(vector)
  sync post(vector)
  sync post(vector)
  sync post(vector)
  vset l0, 3 wait(sequencer)
  vset l0, 4 wait(sequencer) post(sequencer)
  sync wait(vector)
  ld [1024, g15], [r1, g15], 4 post(store)
  ld [1028, g15], [r1, g15], 4 post(store)
  ld [1032, g15], [r1, g15], 4 post(store)
  ld [1036, g15], [r1, g15], 4 post(store)
  ld [1040, g15], [r1, g15], 4 post(store)
  st [r2+0, g15], [1024, g15], 4 wait(load)
  st [r2+4, g15], [1028, g15], 4 wait(load)
  st [r2+8, g15], [1032, g15], 4 wait(load)
  st [r2+12, g15], [1036, g15], 4 wait(load)
  st [r2+16, g15], [1040, g15], 4 wait(load)
  ld [2048, g15], [r1, g15], 900 post(vector)
  vset l0, 5 wait(load)
  ldw [g1] post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=1
  ldw [g1] post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=1
  ldw [g1] post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=1
  ldw [g1] post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=1
  vset l1, 1 wait(weights)
  vset l1, 1 wait(weights)
  vset l1, 1 wait(weights)
  vset l1, 1 wait(weights)
  ld [2048, g15], [r1, g15], 900 post(vector)
  vset l0, 6 wait(load)
  mm [0, g4], [g1], fill=0, accumulate=0, next=0 post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=0 post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=0 post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=0 post(vector)
  mm [0, g4], [g1], fill=0, accumulate=0, next=0 post(vector)
  vset l1, 2 wait(matrix)
  vset l1, 2 wait(matrix)
  vset l1, 2 wait(matrix)
  vset l1, 2 wait(matrix)
  vset l1, 2 wait(matrix)
  ld [2048, g15], [r1, g15], 900 post(vector)
  vset l0, 6 wait(load)
  st [r2+100, g15], [0, g15], 4 post(vector)
  st [r2+104, g15], [4, g15], 4 post(vector)
  st [r2+108, g15], [8, g15], 4 post(vector)
  st [r2+112, g15], [12, g15], 4 post(vector)
  st [r2+116, g15], [16, g15], 4 post(vector)
  vset l1, 3 wait(store)
  vset l1, 3 wait(store)
  vset l1, 3 wait(store)
  vset l1, 3 wait(store)
  vset l1, 3 wait(store)
  halt

.include "data.inc"
