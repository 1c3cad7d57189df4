; Softmax over the 16 columns of each of 16 rows, in f32: y = exp(x - max(x)) / sum(exp(x - max(x))).
;
; A row's numbers lie in the lanes of the vector unit, so maximum and sum are reductions over lanes; every lane gets the
; result. A row of f32 is four rows of the scratchpad and one of the accumulator, where all of the arithmetic happens.
;
;   npuas softmax.s -o softmax.bin
;   npusim softmax.bin --input x=x.npy --output-dir out

.machine edge16

.input  x, type=f32, shape=16x16, layout=plain, address=x, qtype=f32
.output y, type=f32, shape=16x16, layout=plain, address=y, qtype=f32

.equ ROWS, 16
.equ ROW, 64                ; bytes of a row of f32
.equ TILE, ROWS * ROW

; Scratchpad addresses, in banks of their own
.equ PAD_X, 0
.equ PAD_Y, 32768

; Accumulator rows: an instruction's two sources lie in different banks of 256 rows
.equ ACC_X, 0               ; x, then exp(x - max)
.equ ACC_M, 256             ; the maximum, then one over the sum, in every lane
.equ ACC_D, 512             ; x - max, then y

.text
.layer "load"
        addi r1, r0, x
        addi r2, r0, y
        addi r3, r0, PAD_X
        addi r4, r0, PAD_Y
        gen g0.0, 1, 0, keep=0               ; one run of bytes
        gen g1.0, ROWS, ROW, keep=0          ; the rows in the scratchpad
        gen g2.0, ROWS, 1, keep=0            ; the rows in the accumulator
        ld [r3,g0], [r1,g0], TILE post(vector)
        vsetf l0, -1
        vsetf l1, -inf
        vsetf l2, inf
        vsetf l3, 1

; An instruction waits for the one before it whose rows it reads: a token that the vector unit posts to itself.
.layer "softmax"
        vfload [ACC_X,g2], [r3,g1] wait(load) post(vector)
        vlmax [ACC_M,g2], [ACC_X,g2] wait(vector) post(vector)
        vfadd [ACC_D,g2], [ACC_M,g2], [ACC_X,g2], scale=l0, low=l1, high=l2 wait(vector) post(vector)
        vexp [ACC_X,g2], [ACC_D,g2] wait(vector) post(vector)
        vlsum [ACC_M,g2], [ACC_X,g2], scale=l3 wait(vector) post(vector)
        vreciprocal [ACC_M,g2], [ACC_M,g2] wait(vector) post(vector)
        vfmul [ACC_D,g2], [ACC_X,g2], [ACC_M,g2] wait(vector) post(vector)
        vfstore [r4,g1], [ACC_D,g2] wait(vector) post(store)

.layer "store"
        st [r2,g0], [r4,g0], TILE wait(vector)
        halt

.bss
x:      .space TILE
y:      .space TILE
