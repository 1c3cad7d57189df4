; The larger of two tiles of 16 x 16 numbers, by the instruction that mine.yaml adds to edge16.
;
;   npuas larger.s -o larger.bin --machine mine.yaml
;   npusim larger.bin --machine mine.yaml --input a=a.npy --input b=b.npy --output-dir out

.input  a, type=i8, shape=16x16, layout=plain, address=a
.input  b, type=i8, shape=16x16, layout=plain, address=b
.output y, type=i8, shape=16x16, layout=plain, address=y

.equ ROW, 16
.equ TILE, 16 * ROW
.equ BANK, 32768            ; each tile in a bank of its own

.text
        addi r1, r0, a
        addi r2, r0, b
        addi r3, r0, y
        addi r4, r0, 1 * BANK
        addi r5, r0, 2 * BANK
        gen g0.0, 1, 0, keep=0               ; one run of bytes
        gen g1.0, 16, ROW, keep=0            ; the rows of a tile
        ld [g0], [r1,g0], TILE
        ld [r4,g0], [r2,g0], TILE post(vector)
        vlarger [r5,g1], [g1], [r4,g1] wait(load) post(store)
        st [r3,g0], [r5,g0], TILE wait(vector)
        halt

.bss
a:      .space TILE
b:      .space TILE
y:      .space TILE
