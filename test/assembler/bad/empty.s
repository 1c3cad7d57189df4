; no instructions
.data
  .byte 1
