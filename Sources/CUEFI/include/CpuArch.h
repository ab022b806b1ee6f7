// PI 1.8, volume 2, 12.3 "CPU Architectural Protocol", UEFI 2.10, 18.2.4 (the AArch64 context an
// exception handler gets) and 37.6 "Memory Attribute Protocol". Layouts and nothing else.
#pragma once
#include "UefiBase.h"

// 18.2.4: exception types.
#define EXCEPT_AARCH64_SYNCHRONOUS_EXCEPTIONS 0
#define EXCEPT_AARCH64_IRQ 1
#define EXCEPT_AARCH64_FIQ 2
#define EXCEPT_AARCH64_SERROR 3

typedef struct {
  /// X0–X28, FP, LR, SP.
  uint64_t X[32];
  uint64_t V[32][2];
  uint64_t ELR;
  uint64_t SPSR;
  uint64_t FPSR;
  uint64_t ESR;
  uint64_t FAR;
} EFI_SYSTEM_CONTEXT_AARCH64;
_Static_assert(sizeof(EFI_SYSTEM_CONTEXT_AARCH64) == 32 * 8 + 32 * 16 + 5 * 8, "UEFI 18.2.4");

typedef void (*EFI_CPU_INTERRUPT_HANDLER)(
    INTN InterruptType, EFI_SYSTEM_CONTEXT_AARCH64 *SystemContext);

typedef struct EFI_CPU_ARCH_PROTOCOL EFI_CPU_ARCH_PROTOCOL;
struct EFI_CPU_ARCH_PROTOCOL {
  EFI_STATUS (*FlushDataCache)(
      EFI_CPU_ARCH_PROTOCOL *This, EFI_PHYSICAL_ADDRESS Start, uint64_t Length, uint32_t FlushType);
  EFI_STATUS (*EnableInterrupt)(EFI_CPU_ARCH_PROTOCOL *This);
  EFI_STATUS (*DisableInterrupt)(EFI_CPU_ARCH_PROTOCOL *This);
  EFI_STATUS (*GetInterruptState)(EFI_CPU_ARCH_PROTOCOL *This, BOOLEAN *State);
  EFI_STATUS (*Init)(EFI_CPU_ARCH_PROTOCOL *This, uint32_t InitType);
  EFI_STATUS (*RegisterInterruptHandler)(
      EFI_CPU_ARCH_PROTOCOL *This, INTN InterruptType, EFI_CPU_INTERRUPT_HANDLER InterruptHandler);
  EFI_STATUS (*GetTimerValue)(
      EFI_CPU_ARCH_PROTOCOL *This, uint32_t TimerIndex, uint64_t *TimerValue,
      uint64_t *TimerPeriod);
  EFI_STATUS (*SetMemoryAttributes)(
      EFI_CPU_ARCH_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
      uint64_t Attributes);
  uint32_t NumberOfTimers;
  uint32_t DmaBufferAlignment;
};
_Static_assert(sizeof(EFI_CPU_ARCH_PROTOCOL) == 72, "PI 1.8, volume 2, 12.3");

typedef struct EFI_MEMORY_ATTRIBUTE_PROTOCOL EFI_MEMORY_ATTRIBUTE_PROTOCOL;
struct EFI_MEMORY_ATTRIBUTE_PROTOCOL {
  EFI_STATUS (*GetMemoryAttributes)(
      EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
      uint64_t *Attributes);
  EFI_STATUS (*SetMemoryAttributes)(
      EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
      uint64_t Attributes);
  EFI_STATUS (*ClearMemoryAttributes)(
      EFI_MEMORY_ATTRIBUTE_PROTOCOL *This, EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
      uint64_t Attributes);
};
