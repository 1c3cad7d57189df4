; Layer normalisation over the 16 columns of each of 16 rows, in f32:
;   y = (x - mean(x)) / sqrt(variance(x) + EPSILON) * gamma + beta, gamma and beta of each column
;
;   npuas layernorm.s -o layernorm.bin
;   npusim layernorm.bin --input x=x.npy --input gamma=gamma.npy --input beta=beta.npy --output-dir out

.machine edge16

.input  x, type=f32, shape=16x16, layout=plain, address=x, qtype=f32
.input  gamma, type=f32, shape=16, layout=plain, address=gamma, qtype=f32
.input  beta, type=f32, shape=16, layout=plain, address=beta, qtype=f32
.output y, type=f32, shape=16x16, layout=plain, address=y, qtype=f32

.equ ROWS, 16
.equ ROW, 64                ; bytes of a row of f32, four rows of the scratchpad
.equ TILE, ROWS * ROW

; Scratchpad addresses, in banks of their own
.equ PAD_X, 0
.equ PAD_Y, 32768
.equ PAD_GAMMA, 65536
.equ PAD_BETA, PAD_GAMMA + ROW

; Accumulator rows: an instruction's two sources lie in different banks of 256 rows
.equ ACC_X, 0               ; x, then the normalised rows
.equ ACC_M, 256             ; mean, then one over the standard deviation, in every lane
.equ ACC_D, 512             ; x - mean, then y

.text
.layer "load"
        addi r1, r0, x
        addi r2, r0, y
        addi r3, r0, PAD_X
        addi r4, r0, PAD_Y
        addi r5, r0, PAD_GAMMA
        addi r6, r0, gamma
        addi r7, r0, PAD_BETA
        addi r8, r0, beta
        gen g0.0, 1, 0, keep=0               ; one run of bytes
        gen g1.0, ROWS, ROW, keep=0          ; the rows in the scratchpad
        gen g2.0, ROWS, 1, keep=0            ; the rows in the accumulator
        gen g3.0, 8, 16, keep=0              ; gamma and beta fill two lane registers
        ld [r5,g0], [r6,g0], ROW
        ld [r7,g0], [r8,g0], ROW
        ld [r3,g0], [r1,g0], TILE post(vector)
        vsetf l0, -1
        vsetf l1, -inf
        vsetf l2, inf
        vsetf l3, 0.0625                     ; 1 / columns
        vsetf l4, 1
        vsetf l5, 1e-5                       ; EPSILON
        vld l6, [r5,g3] wait(load)           ; l6: gamma, l7: beta

; An instruction waits for the one before it whose rows it reads: a token that the vector unit posts to itself.
.layer "normalise"
        vfload [ACC_X,g2], [r3,g1] post(vector)
        vlsum [ACC_M,g2], [ACC_X,g2], scale=l3 wait(vector) post(vector)
        vfadd [ACC_D,g2], [ACC_M,g2], [ACC_X,g2], scale=l0, low=l1, high=l2 wait(vector) post(vector)
        vlsquares [ACC_M,g2], [ACC_D,g2], scale=l3 wait(vector) post(vector)
        vaffine [ACC_M,g2], [ACC_M,g2], scale=l4, bias=l5, low=l1, high=l2 wait(vector) post(vector)
        vrsqrt [ACC_M,g2], [ACC_M,g2] wait(vector) post(vector)
        vfmul [ACC_X,g2], [ACC_D,g2], [ACC_M,g2] wait(vector) post(vector)
        vaffine [ACC_D,g2], [ACC_X,g2], scale=l6, bias=l7, low=l1, high=l2 wait(vector) post(vector)
        vfstore [r4,g1], [ACC_D,g2] wait(vector) post(store)

.layer "store"
        st [r2,g0], [r4,g0], TILE wait(vector)
        halt

.bss
x:      .space TILE
y:      .space TILE
gamma:  .space ROW
beta:   .space ROW
