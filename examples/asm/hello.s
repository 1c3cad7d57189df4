; A first program for edge16: one 16x16 matrix product through every unit.
;
;   y = requantise(x * w + bias)        x: 16 rows of 16 numbers, y the same
;
; Column n of w adds columns n and n+1 of x, and the requantisation halves the sum, so every output is the mean of two
; neighbours (of the last column and nothing, at the end), plus n steps of 1/16 that the bias adds.
;
;   npuas hello.s -o hello.bin
;   npusim hello.bin --input x=image.npy --output-dir out

.machine edge16

; The network's interface. Device numbers are i8: real = scale * (q - zero_point).
.input  x, type=f32, shape=16x16, layout=plain, address=x, scale=0.0625, zero_point=0, qtype=i8
.output y, type=f32, shape=16x16, layout=plain, address=y, scale=0.0625, zero_point=0, qtype=i8

.equ ROWS, 16
.equ ROW, 16                ; bytes of a scratchpad row
.equ TILE, ROWS * ROW

; Scratchpad addresses, each tile in a bank of its own
.equ BANK, 32768
.equ PAD_X, 0 * BANK
.equ PAD_W, 1 * BANK
.equ PAD_BIAS, 2 * BANK
.equ PAD_Y, 3 * BANK

; Requantisation: multiply by HALF / 2^SHIFT = 1/2
.equ HALF, 1 << 30
.equ SHIFT, 31

.text
.layer "load"
        addi r1, r0, x
        addi r2, r0, w
        addi r3, r0, bias
        addi r4, r0, y
        addi r5, r0, PAD_X
        addi r6, r0, PAD_W
        addi r7, r0, PAD_BIAS
        addi r8, r0, PAD_Y
        gen g0.0, 1, 0, keep=0               ; one run of bytes
        gen g1.0, ROWS, ROW, keep=0          ; the rows of a tile in the scratchpad
        gen g2.0, ROWS, 1, keep=0            ; the rows of a tile in the accumulator
        gen g3.0, 4, ROW, keep=0             ; four rows fill one lane register
        ld [r6,g0], [r2,g0], TILE post(weights)
        ld [r5,g0], [r1,g0], TILE post(matrix)
        ld [r7,g0], [r3,g0], 4 * ROW post(vector)

.layer "multiply"
        ldw [r6,g1] wait(load) post(matrix)
        mm [g2], [r5,g1], fill=0, accumulate=0, next=1 wait(load,weights) post(vector)

.layer "requantise"
        vld l0, [r7,g3] wait(load)
        vset l1, HALF
        vset l2, SHIFT
        vset l3, 0
        vset l4, -128
        vset l5, 127
        vrequant [r8,g1], [g2], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(matrix) post(store)

.layer "store"
        st [r4,g0], [r8,g0], TILE wait(vector)
        halt                                 ; waits until the store has completed

.data
w:      ; row k, column n: 1 where k = n or k = n + 1
        .byte 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0
        .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1
bias:   ; added before halving: column n gets n steps
        .word 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30

.bss
x:      .space TILE
y:      .space TILE
