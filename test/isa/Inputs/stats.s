; Three constants, whose numbers need 5 bits with the sign.
.machine tile4
    addi r1, r0, -16
    addi r2, r0, 15
    addi r3, r0, 3
    halt
