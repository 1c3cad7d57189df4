; The instructions of the starter spec on one row of numbers.
.machine own
.text
  addi r1, r0, x
  addi r2, r0, y
  gen g0.0, 1, 0, keep=0
  ld [0, g0], [r1, g0], 16 post(vector)
  vset l0, 0x40000000 wait(load)              ; 2 as f32
  vabs [16, g0], [0, g0]
  vcurve [32, g0], [0, g0], gain=l0 post(store)
  st [r2, g0], [16, g0], 32 wait(vector) post(sequencer)
  sync wait(store)
  halt
.data
x: .byte 0, 1, -1, 4, -4, 100, -100, 127, -128, 2, -2, 3, 50, -50, 7, -7
.bss
y: .space 32
.output y, type=i8, shape=2x16, layout=plain, address=y
