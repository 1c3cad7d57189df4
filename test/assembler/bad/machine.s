.machine edge17
  halt
  .insn 12
  .insn 0x
  .insn 0x123456789012345678901234567890123
  .insn 0x1 2
  .org 17
