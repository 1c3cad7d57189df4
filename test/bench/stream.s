; A long program for measuring: 4,002 matrix products of 256 x 16 by 16 x 16, all units at work at once.
;
; Every product is loaded, multiplied, requantised and stored through double buffers (r4 to r6 are the ones in use). All products
; have the same operands, sixteen copies of one tile of 16 x 16, as only time counts here.

.machine edge16

.equ ROWS, 256
.equ ROW, 16                ; bytes of a scratchpad row
.equ TILE, ROWS * ROW
.equ BLOCK, 16 * ROW
.equ COPIES, TILE / BLOCK
.equ AGAIN, 4000            ; two products come before the loop

; Scratchpad: a bank for each buffer
.equ BANK, 32768
.equ PAD_W, 0 * BANK
.equ PAD_X, 1 * BANK        ; and 2
.equ PAD_Y, 3 * BANK        ; and 4

.text
  addi r1, r0, w
  addi r3, r0, y
  addi r4, r0, PAD_X
  addi r5, r0, PAD_Y
  addi r6, r0, 0                       ; rows of the accumulator: a bank for each buffer
  gen g0.0, 1, 0, keep=0               ; one run of bytes
  gen g1.0, ROWS, ROW, keep=0          ; a tile in the scratchpad
  gen g2.0, ROWS, 1, keep=0            ; a tile in the accumulator
  gen g3.0, 16, ROW, keep=0            ; the weights
  gen g4.0, COPIES, 0, keep=0          ; in DRAM: one block, again and again
  gen g5.0, COPIES, BLOCK, keep=0      ; in the scratchpad: block by block
  ld [PAD_W,g0], [r1,g0], BLOCK post(weights)
  vset l0, 0                           ; bias
  vset l1, 1 << 30                     ; times 2^30 / 2^31
  vset l2, 31
  vset l3, 0
  vset l4, -128
  vset l5, 127

; The first product of each buffer finds it free. The others wait for the tokens of those who used it before.
  ld [r4,g5], [r1,g4], BLOCK post(matrix)
  ldw [PAD_W,g3] wait(load)
  mm [r6,g2], [r4,g1], fill=0, accumulate=0, next=1 wait(load) post(load,vector)
  vrequant [r5,g1], [r6,g2], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(matrix) post(matrix,store)
  st [r3,g0], [r5,g0], TILE wait(vector) post(vector)
  addi r4, r4, BANK
  addi r5, r5, BANK
  addi r6, r6, ROWS
  ld [r4,g5], [r1,g4], BLOCK post(matrix)
  ldw [PAD_W,g3]
  mm [r6,g2], [r4,g1], fill=0, accumulate=0, next=1 wait(load) post(load,vector)
  vrequant [r5,g1], [r6,g2], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(matrix) post(matrix,store)
  st [r3,g0], [r5,g0], TILE wait(vector) post(vector)

  addi r7, r0, 2 * PAD_X + BANK
  addi r8, r0, 2 * PAD_Y + BANK
  addi r9, r0, ROWS
  addi r10, r0, AGAIN
  loop r10, done
  sub r4, r7, r4                       ; the other buffers
  sub r5, r8, r5
  sub r6, r9, r6
  ld [r4,g5], [r1,g4], BLOCK wait(matrix) post(matrix)
  ldw [PAD_W,g3]
  mm [r6,g2], [r4,g1], fill=0, accumulate=0, next=1 wait(load,vector) post(load,vector)
  vrequant [r5,g1], [r6,g2], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(matrix,store) post(matrix,store)
  st [r3,g0], [r5,g0], TILE wait(vector) post(vector)
done:
  halt

.data
w:      ; the block: row k, column n: 3 k - 2 n
  .byte 0, -2, -4, -6, -8, -10, -12, -14, -16, -18, -20, -22, -24, -26, -28, -30
  .byte 3, 1, -1, -3, -5, -7, -9, -11, -13, -15, -17, -19, -21, -23, -25, -27
  .byte 6, 4, 2, 0, -2, -4, -6, -8, -10, -12, -14, -16, -18, -20, -22, -24
  .byte 9, 7, 5, 3, 1, -1, -3, -5, -7, -9, -11, -13, -15, -17, -19, -21
  .byte 12, 10, 8, 6, 4, 2, 0, -2, -4, -6, -8, -10, -12, -14, -16, -18
  .byte 15, 13, 11, 9, 7, 5, 3, 1, -1, -3, -5, -7, -9, -11, -13, -15
  .byte 18, 16, 14, 12, 10, 8, 6, 4, 2, 0, -2, -4, -6, -8, -10, -12
  .byte 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1, -1, -3, -5, -7, -9
  .byte 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0, -2, -4, -6
  .byte 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1, -1, -3
  .byte 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0
  .byte 33, 31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3
  .byte 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6
  .byte 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9
  .byte 42, 40, 38, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12
  .byte 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19, 17, 15

.bss
y:      .space TILE
