; data in the wrong place, addresses that cannot be
  .byte 1
  .align 16
  halt
  .org 0x100
.data
  halt
  .byte 256, -129
  .half 65536
  .word 1 << 32
  .align 3
.section a
  .space -1
.section b
  .space 1 << 40
.section c
  .byte 1, 2
  .org 1
.section d
  .space there
there:
.section .symtab
.bss
  .byte 1
  .layer "x"
  .endlayer
  .ascii "open
  .data
  .ascii "open
  .ascii "\q"
  .byte 1,
