// Guest loads and stores that may fault. See GuestState.h.
//
// Everything between the two labels runs without a frame of its own, so that resuming at the
// fault label with the stack pointer unchanged returns straight to the caller.

#if defined(__x86_64__)
  .text
  .macro ROUTINE name
  .globl \name
  .type \name, @function
\name:
  .endm
  .globl transomGuestAccessStart, transomGuestAccessEnd, transomGuestAccessFault
  .balign 16
transomGuestAccessStart:
ROUTINE transomLoad8
  movzbl (%rdi), %eax
  movb %al, (%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomLoad16
  movzwl (%rdi), %eax
  movw %ax, (%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomLoad32
  movl (%rdi), %eax
  movl %eax, (%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomLoad64
  movq (%rdi), %rax
  movq %rax, (%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomLoad128
  movups (%rdi), %xmm0
  movups %xmm0, (%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomLoad256
  movups (%rdi), %xmm0
  movups 16(%rdi), %xmm1
  movups %xmm0, (%rsi)
  movups %xmm1, 16(%rsi)
  xorl %eax, %eax
  ret
ROUTINE transomStore8
  movb (%rsi), %al
  movb %al, (%rdi)
  xorl %eax, %eax
  ret
ROUTINE transomStore16
  movw (%rsi), %ax
  movw %ax, (%rdi)
  xorl %eax, %eax
  ret
ROUTINE transomStore32
  movl (%rsi), %eax
  movl %eax, (%rdi)
  xorl %eax, %eax
  ret
ROUTINE transomStore64
  movq (%rsi), %rax
  movq %rax, (%rdi)
  xorl %eax, %eax
  ret
ROUTINE transomStore128
  movups (%rsi), %xmm0
  movups %xmm0, (%rdi)
  xorl %eax, %eax
  ret
ROUTINE transomStore256
  movups (%rsi), %xmm0
  movups 16(%rsi), %xmm1
  // Probe the last byte before the first half is written, so that a fault changes nothing.
  lock orb $0, 31(%rdi)
  movups %xmm0, (%rdi)
  movups %xmm1, 16(%rdi)
  xorl %eax, %eax
  ret
transomGuestAccessFault:
  movl $1, %eax
  ret
// The copy routines keep their count in %rax: on a fault they say how far they came.
  .globl transomGuestCopyStart, transomGuestCopyFault
transomGuestCopyStart:
transomGuestCopyFault:
  ret
ROUTINE transomCopyFromGuest
  movq %rdx, %rcx
  xorl %eax, %eax
1: cmpq %rcx, %rax
  jae 2f
  movb (%rsi,%rax), %r8b
  movb %r8b, (%rdi,%rax)
  incq %rax
  jmp 1b
2: ret
ROUTINE transomCopyToGuest
  movq %rdx, %rcx
  xorl %eax, %eax
1: cmpq %rcx, %rax
  jae 2f
  movb (%rsi,%rax), %r8b
  movb %r8b, (%rdi,%rax)
  incq %rax
  jmp 1b
2: ret
// Element order is kept: bytes ascend, so that overlapping moves repeat a pattern as REP MOVS does.
ROUTINE transomMoveForward
  movq %rdx, %rcx
  xorl %eax, %eax
  movq %rdi, %r8
  subq %rsi, %r8
  cmpq $16, %r8
  jb 2f
1: leaq 16(%rax), %r9
  cmpq %rcx, %r9
  ja 2f
  movups (%rsi,%rax), %xmm0
  movups %xmm0, (%rdi,%rax)
  movq %r9, %rax
  jmp 1b
2: cmpq %rcx, %rax
  jae 3f
  movb (%rsi,%rax), %r8b
  movb %r8b, (%rdi,%rax)
  incq %rax
  jmp 2b
3: ret
ROUTINE transomFill
  // The element over and over in RSI and XMM0; what a fault leaves half done is done again.
  xorl %eax, %eax
  cmpq $2, %rdx
  je 2f
  cmpq $4, %rdx
  je 4f
  cmpq $8, %rdx
  je 8f
  movzbl %sil, %esi
  movabsq $0x0101010101010101, %r8
  imulq %r8, %rsi
  jmp 8f
2: movzwl %si, %esi
  movabsq $0x0001000100010001, %r8
  imulq %r8, %rsi
  jmp 8f
4: movl %esi, %esi
  movq %rsi, %r8
  shlq $32, %r8
  orq %r8, %rsi
8: movq %rsi, %xmm0
  punpcklqdq %xmm0, %xmm0
1: leaq 32(%rax), %r8
  cmpq %rcx, %r8
  ja 5f
  movups %xmm0, (%rdi,%rax)
  movups %xmm0, 16(%rdi,%rax)
  movq %r8, %rax
  jmp 1b
5: cmpq %rcx, %rax
  jae 9f
  cmpq $2, %rdx
  je 6f
  cmpq $4, %rdx
  je 7f
  cmpq $8, %rdx
  je 3f
  movb %sil, (%rdi,%rax)
  jmp 4f
6: movw %si, (%rdi,%rax)
  jmp 4f
7: movl %esi, (%rdi,%rax)
  jmp 4f
3: movq %rsi, (%rdi,%rax)
4: addq %rdx, %rax
  jmp 5b
9: ret
transomGuestAccessEnd:
  .section .note.GNU-stack,"",@progbits

#elif defined(__aarch64__)
  .text
  .macro ROUTINE name
  .globl \name
  .type \name, %function
\name:
  .endm
  .globl transomGuestAccessStart, transomGuestAccessEnd, transomGuestAccessFault
  .balign 16
transomGuestAccessStart:
  .macro TRANSFER name, from, to, load, store, register
ROUTINE \name
  \load \register, [\from]
  \store \register, [\to]
  mov w0, #0
  ret
  .endm
  TRANSFER transomLoad8, x0, x1, ldrb, strb, w2
  TRANSFER transomLoad16, x0, x1, ldrh, strh, w2
  TRANSFER transomLoad32, x0, x1, ldr, str, w2
  TRANSFER transomLoad64, x0, x1, ldr, str, x2
  TRANSFER transomLoad128, x0, x1, ldr, str, q0
  TRANSFER transomStore8, x1, x0, ldrb, strb, w2
  TRANSFER transomStore16, x1, x0, ldrh, strh, w2
  TRANSFER transomStore32, x1, x0, ldr, str, w2
  TRANSFER transomStore64, x1, x0, ldr, str, x2
  TRANSFER transomStore128, x1, x0, ldr, str, q0
ROUTINE transomLoad256
  ldp q0, q1, [x0]
  stp q0, q1, [x1]
  mov w0, #0
  ret
ROUTINE transomStore256
  ldp q0, q1, [x1]
  stp q0, q1, [x0]
  mov w0, #0
  ret
transomGuestAccessFault:
  mov w0, #1
  ret
  .globl transomGuestCopyStart, transomGuestCopyFault
transomGuestCopyStart:
transomGuestCopyFault:
  mov x0, x4
  ret
ROUTINE transomCopyFromGuest
  mov x4, #0
1: cmp x4, x2
  b.hs 2f
  ldrb w3, [x1, x4]
  strb w3, [x0, x4]
  add x4, x4, #1
  b 1b
2: mov x0, x4
  ret
ROUTINE transomCopyToGuest
  mov x4, #0
1: cmp x4, x2
  b.hs 2f
  ldrb w3, [x1, x4]
  strb w3, [x0, x4]
  add x4, x4, #1
  b 1b
2: mov x0, x4
  ret
// Element order is kept: bytes ascend, so that overlapping moves repeat a pattern as REP MOVS does.
ROUTINE transomMoveForward
  mov x4, #0
  sub x5, x0, x1
  cmp x5, #16
  b.lo 2f
1: add x6, x4, #16
  cmp x6, x2
  b.hi 2f
  ldr q0, [x1, x4]
  str q0, [x0, x4]
  mov x4, x6
  b 1b
2: cmp x4, x2
  b.hs 3f
  ldrb w3, [x1, x4]
  strb w3, [x0, x4]
  add x4, x4, #1
  b 2b
3: mov x0, x4
  ret
ROUTINE transomFill
  mov x4, #0
  // The element over and over in X1, sixteen bytes at a time while there is room.
  cmp x2, #8
  b.eq 8f
  cmp x2, #4
  b.eq 7f
  cmp x2, #2
  b.eq 9f
  and x1, x1, #0xff
  mov x5, #0x0101010101010101
  mul x1, x1, x5
  b 8f
9: and x1, x1, #0xffff
  mov x5, #0x0001000100010001
  mul x1, x1, x5
  b 8f
7: mov w1, w1
  orr x1, x1, x1, lsl #32
8: add x5, x4, #16
  cmp x5, x3
  b.hi 1f
  add x6, x0, x4
  stp x1, x1, [x6]
  mov x4, x5
  b 8b
1: cmp x4, x3
  b.hs 5f
  cmp x2, #1
  b.eq 2f
  cmp x2, #2
  b.eq 3f
  cmp x2, #4
  b.eq 4f
  str x1, [x0, x4]
  b 6f
2: strb w1, [x0, x4]
  b 6f
3: strh w1, [x0, x4]
  b 6f
4: str w1, [x0, x4]
6: add x4, x4, x2
  b 1b
5: mov x0, x4
  ret
transomGuestAccessEnd:
#endif
