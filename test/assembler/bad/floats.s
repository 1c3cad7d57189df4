; numbers that f32 does not have, and what is none
  halt
.data
  .float 1e39
  .float 1.5x
  .float 0x10
  .float
  .float infinite
  .float 1,
