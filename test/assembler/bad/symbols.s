; symbols that are missing, doubled or circular
.equ width, 16
.equ width, 17
.equ loop_a, loop_b
.equ loop_b, loop_a
start:
start:
  addi r1, r0, widht
  addi r1, r0, loop_a
  halt
.data
start: .byte 1
.byte nothing, widht, 300
"": .byte 1
