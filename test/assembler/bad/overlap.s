; sections over each other
  halt
.data
  .org 0
  .byte 1
.section more
  .org 0
  .byte 1
