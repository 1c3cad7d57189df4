; For npu16: one 16x16 matrix product of f32, and what is negative becomes zero.
;
;   y = max(x * w, 0)
;
;   npuas matmul_f32.s -o matmul.bin
;   npusim matmul.bin --input x=x.npy --input w=w.npy --output-dir out

.machine npu16

.input  x, type=f32, shape=16x16, layout=plain, address=x, qtype=f32
.input  w, type=f32, shape=16x16, layout=plain, address=w, qtype=f32
.output y, type=f32, shape=16x16, layout=plain, address=y, qtype=f32

.equ ROWS, 16
.equ ROW, 64                ; bytes of a row of 16 f32: four rows of the scratchpad
.equ TILE, ROWS * ROW
.equ PAD_W, 32768           ; in another bank than x, so that both are read at once

.text
.layer "product"
        addi r1, r0, x
        addi r2, r0, w
        addi r3, r0, y
        addi r6, r0, PAD_W
        gen g0.0, 1, 0, keep=0               ; one run of bytes
        gen g1.0, ROWS, ROW, keep=0          ; rows of f32 in the scratchpad
        gen g2.0, ROWS, 1, keep=0            ; rows of the accumulator
        ld [r6,g0], [r2,g0], TILE post(weights)
        ld [g0], [r1,g0], TILE post(matrix)
        ldwf [r6,g1] wait(load) post(matrix)
        mmf [g2], [g1], fill=0, accumulate=0, next=1 wait(load,weights) post(vector)

.layer "relu"
        vsetf l0, 0.0
        vfmaxl [g2], [g2], l0 wait(matrix) post(vector)
        vfstore [g1], [g2] wait(vector) post(store)

.layer "store"
        st [r3,g0], [g0], TILE wait(vector)
        halt

.bss
x:      .space TILE
w:      .space TILE
y:      .space TILE
