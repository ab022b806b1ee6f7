// The head of a flat kernel.
  .section .start, "ax"
  jmp run
  .balign 16, 0xCC
  jmp prepare
  .balign 16, 0xCC
