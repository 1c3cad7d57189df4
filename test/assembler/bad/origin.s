.org 17
  halt
