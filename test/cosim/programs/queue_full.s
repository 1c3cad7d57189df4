; More instructions than each queue holds, behind a blocked head
.machine tile4
.text
  addi r1, r0, pattern
  gen g15.0, 1, 0, keep=0
  gen g1.0, 4, 4, keep=0
  ld [0, g15], [r1, g15], 1024 post(vector, weights, matrix)
  vset l0, 1 wait(load)
  vset l0, 0
  vset l1, 1
  vset l2, 2
  vset l3, 3
  vset l4, 4
  vset l5, 5
  vset l6, 6
  vset l7, 7
  vset l0, 8
  ldw [g1] wait(load)
  mm [0, g1], [1024, g1], fill=0, accumulate=0, next=1 wait(load)
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  mm [0, g1], [1024, g1], fill=0, accumulate=1, next=0
  ld [2048, g15], [r1, g15], 20
  ld [2068, g15], [r1, g15], 20
  ld [2088, g15], [r1, g15], 20
  ld [2108, g15], [r1, g15], 20
  ld [2128, g15], [r1, g15], 20
  ld [2148, g15], [r1, g15], 20
  ld [2168, g15], [r1, g15], 20
  ld [2188, g15], [r1, g15], 20
  ld [2208, g15], [r1, g15], 20
  addi r2, r0, result
  st [r2+0, g15], [3072, g15], 20
  st [r2+50, g15], [3092, g15], 20
  st [r2+100, g15], [3112, g15], 20
  st [r2+150, g15], [3132, g15], 20
  st [r2+200, g15], [3152, g15], 20
  st [r2+250, g15], [3172, g15], 20
  st [r2+300, g15], [3192, g15], 20
  st [r2+350, g15], [3212, g15], 20
  st [r2+400, g15], [3232, g15], 20
  halt

.include "data.inc"
