// The trap entry, its way back, and the call out. See CShim.h.

#include "include/CShim.h"

#if defined(__x86_64__)
  .text
  .macro ROUTINE name
  .globl \name
  .type \name, @function
  .balign 16
\name:
  .endm

// On entry RSP points at the native return address (8 modulo 16), as after any call.
ROUTINE transomTrapEntry
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  subq $TRANSOM_LEVEL_SIZE, %rsp
  movq %r11, TRANSOM_LEVEL_TARGET(%rsp)
  leaq 16(%rbp), %rax
  movq %rax, TRANSOM_LEVEL_STACK_ARGUMENTS(%rsp)
  movq %rdi, TRANSOM_LEVEL_REGISTER_ARGUMENTS+0(%rsp)
  movq %rsi, TRANSOM_LEVEL_REGISTER_ARGUMENTS+8(%rsp)
  movq %rdx, TRANSOM_LEVEL_REGISTER_ARGUMENTS+16(%rsp)
  movq %rcx, TRANSOM_LEVEL_REGISTER_ARGUMENTS+24(%rsp)
  movq %r8, TRANSOM_LEVEL_REGISTER_ARGUMENTS+32(%rsp)
  movq %r9, TRANSOM_LEVEL_REGISTER_ARGUMENTS+40(%rsp)
  movq %rbx, TRANSOM_LEVEL_HOST_REGISTERS+0(%rsp)
  movq %r12, TRANSOM_LEVEL_HOST_REGISTERS+8(%rsp)
  movq %r13, TRANSOM_LEVEL_HOST_REGISTERS+16(%rsp)
  movq %r14, TRANSOM_LEVEL_HOST_REGISTERS+24(%rsp)
  movq %r15, TRANSOM_LEVEL_HOST_REGISTERS+32(%rsp)
  stmxcsr TRANSOM_LEVEL_HOST_REGISTERS+40(%rsp)
  fnstcw TRANSOM_LEVEL_HOST_REGISTERS+48(%rsp)
  movq transomActiveBridge(%rip), %rdi
  movq %rsp, %rsi
  xorl %edx, %edx
  cld
  // What was called preserves the other registers, and the control words.
  call *TRANSOM_BRIDGE_RUN_LEVEL(%rdi)
  leave
  .cfi_remember_state
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_restore_state
.LleaveLevel:
  // Frames that were abandoned have preserved nothing.
  movq TRANSOM_LEVEL_HOST_REGISTERS+0(%rsp), %rbx
  movq TRANSOM_LEVEL_HOST_REGISTERS+8(%rsp), %r12
  movq TRANSOM_LEVEL_HOST_REGISTERS+16(%rsp), %r13
  movq TRANSOM_LEVEL_HOST_REGISTERS+24(%rsp), %r14
  movq TRANSOM_LEVEL_HOST_REGISTERS+32(%rsp), %r15
  ldmxcsr TRANSOM_LEVEL_HOST_REGISTERS+40(%rsp)
  fldcw TRANSOM_LEVEL_HOST_REGISTERS+48(%rsp)
  leave
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc

ROUTINE transomResumeLevel
  movq %rdi, %rsi
  movq %rdi, %rsp
  leaq TRANSOM_LEVEL_SIZE(%rsp), %rbp
  movq transomActiveBridge(%rip), %rdi
  movl $1, %edx
  cld
  call *TRANSOM_BRIDGE_RUN_LEVEL(%rdi)
  jmp .LleaveLevel

ROUTINE transomAbandonLevel
  movq %rdi, %rsp
  leaq TRANSOM_LEVEL_SIZE(%rsp), %rbp
  movq %rsi, %rax
  cld
  jmp .LleaveLevel

ROUTINE transomCallHost
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  movq %rdi, %r11
  movq %rsi, %r10
  .irp offset, 120, 112, 104, 96, 88, 80, 72, 64, 56, 48
  pushq \offset(%r10)
  .endr
  movq 0(%r10), %rdi
  movq 8(%r10), %rsi
  movq 16(%r10), %rdx
  movq 24(%r10), %rcx
  movq 32(%r10), %r8
  movq 40(%r10), %r9
  xorl %eax, %eax
  call *%r11
  leave
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc

ROUTINE transomCallProtected
  .cfi_startproc
  movq %rbx, 0(%rdi)
  movq %rbp, 8(%rdi)
  movq %r12, 16(%rdi)
  movq %r13, 24(%rdi)
  movq %r14, 32(%rdi)
  movq %r15, 40(%rdi)
  movq %rsp, 48(%rdi)
  stmxcsr 56(%rdi)
  fnstcw 64(%rdi)
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  movq %rsi, %rax
  movq %rdx, %rdi
  call *%rax
  xorl %eax, %eax
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc

ROUTINE transomLeaveProtected
  movq 0(%rdi), %rbx
  movq 8(%rdi), %rbp
  movq 16(%rdi), %r12
  movq 24(%rdi), %r13
  movq 32(%rdi), %r14
  movq 40(%rdi), %r15
  movq 48(%rdi), %rsp
  ldmxcsr 56(%rdi)
  fldcw 64(%rdi)
  cld
  movl $1, %eax
  ret

  .section .note.GNU-stack,"",@progbits

#elif defined(__aarch64__)
  .text
  .macro ROUTINE name
  .globl \name
  .type \name, %function
  .balign 16
\name:
  .endm

// X0–X7 and LR are as the native caller left them; X16 holds the guest address. X18 is the
// platform's and is never touched.
ROUTINE transomTrapEntry
  .cfi_startproc
  stp x29, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  mov x29, sp
  .cfi_def_cfa x29, 16
  // A caller on the host's own stack goes on at the top of the stack lent for levels; one that is
  // there already stays. A size of 0 means that none was lent, and every caller stays.
  adrp x17, transomLevelStack
  add x17, x17, :lo12:transomLevelStack
  ldp x9, x17, [x17]
  cbz x17, 1f
  sub x10, x29, x9
  cmp x10, x17
  b.lo 1f
  add x9, x9, x17
  sub sp, x9, #TRANSOM_LEVEL_SIZE
  b 2f
1:
  sub sp, sp, #TRANSOM_LEVEL_SIZE
2:
  add x17, x29, #16
  stp x16, x17, [sp, #TRANSOM_LEVEL_TARGET]
  stp x0, x1, [sp, #TRANSOM_LEVEL_REGISTER_ARGUMENTS+0]
  stp x2, x3, [sp, #TRANSOM_LEVEL_REGISTER_ARGUMENTS+16]
  stp x4, x5, [sp, #TRANSOM_LEVEL_REGISTER_ARGUMENTS+32]
  stp x6, x7, [sp, #TRANSOM_LEVEL_REGISTER_ARGUMENTS+48]
  stp x19, x20, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+0]
  stp x21, x22, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+16]
  stp x23, x24, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+32]
  stp x25, x26, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+48]
  stp x27, x28, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+64]
  stp d8, d9, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+80]
  stp d10, d11, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+96]
  stp d12, d13, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+112]
  stp d14, d15, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+128]
  mrs x17, fpcr
  stp x17, x29, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+144]
  adrp x0, transomActiveBridge
  ldr x0, [x0, :lo12:transomActiveBridge]
  mov x1, sp
  mov w2, #0
  ldr x16, [x0, #TRANSOM_BRIDGE_RUN_LEVEL]
  // What was called preserves the other registers, and FPCR.
  blr x16
  ldr x29, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+152]
  mov sp, x29
  ldp x29, x30, [sp], #16
  ret
.LleaveLevel:
  // Frames that were abandoned have preserved nothing.
  ldp x17, x29, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+144]
  msr fpcr, x17
  ldp x19, x20, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+0]
  ldp x21, x22, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+16]
  ldp x23, x24, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+32]
  ldp x25, x26, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+48]
  ldp x27, x28, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+64]
  ldp d8, d9, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+80]
  ldp d10, d11, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+96]
  ldp d12, d13, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+112]
  ldp d14, d15, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+128]
  mov sp, x29
  ldp x29, x30, [sp], #16
  ret
  .cfi_endproc

ROUTINE transomResumeLevel
  mov x1, x0
  mov sp, x0
  ldr x29, [sp, #TRANSOM_LEVEL_HOST_REGISTERS+152]
  adrp x0, transomActiveBridge
  ldr x0, [x0, :lo12:transomActiveBridge]
  mov w2, #1
  ldr x16, [x0, #TRANSOM_BRIDGE_RUN_LEVEL]
  blr x16
  b .LleaveLevel

ROUTINE transomAbandonLevel
  mov sp, x0
  mov x0, x1
  b .LleaveLevel

ROUTINE transomCallHost
  .cfi_startproc
  stp x29, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  mov x29, sp
  .cfi_def_cfa x29, 16
  mov x16, x0
  mov x17, x1
  sub sp, sp, #64
  .irp offset, 0, 16, 32, 48
  ldp x2, x3, [x17, #(64 + \offset)]
  stp x2, x3, [sp, #\offset]
  .endr
  ldp x0, x1, [x17, #0]
  ldp x2, x3, [x17, #16]
  ldp x4, x5, [x17, #32]
  ldp x6, x7, [x17, #48]
  blr x16
  mov sp, x29
  ldp x29, x30, [sp], #16
  ret
  .cfi_endproc

ROUTINE transomCallProtected
  .cfi_startproc
  mov x16, sp
  stp x19, x20, [x0, #0]
  stp x21, x22, [x0, #16]
  stp x23, x24, [x0, #32]
  stp x25, x26, [x0, #48]
  stp x27, x28, [x0, #64]
  stp x29, x30, [x0, #80]
  stp d8, d9, [x0, #96]
  stp d10, d11, [x0, #112]
  stp d12, d13, [x0, #128]
  stp d14, d15, [x0, #144]
  mrs x17, fpcr
  stp x16, x17, [x0, #160]
  stp x29, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  mov x29, sp
  mov x0, x2
  blr x1
  mov w0, #0
  ldp x29, x30, [sp], #16
  ret
  .cfi_endproc

ROUTINE transomLeaveProtected
  ldp x19, x20, [x0, #0]
  ldp x21, x22, [x0, #16]
  ldp x23, x24, [x0, #32]
  ldp x25, x26, [x0, #48]
  ldp x27, x28, [x0, #64]
  ldp x29, x30, [x0, #80]
  ldp d8, d9, [x0, #96]
  ldp d10, d11, [x0, #112]
  ldp d12, d13, [x0, #128]
  ldp d14, d15, [x0, #144]
  ldp x16, x17, [x0, #160]
  mov sp, x16
  msr fpcr, x17
  mov w0, #1
  ret
#endif
