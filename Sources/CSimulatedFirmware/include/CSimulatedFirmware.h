// What the simulated firmware cannot say in Swift: variadic services, non-local exits, fences.
#pragma once
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "CUEFI.h"

/// Most GUID and interface pairs one variadic call may carry.
#define FIRMWARE_MAXIMUM_PAIRS 64

/// Receives the collected arguments of Install/UninstallMultipleProtocolInterfaces: `count` pairs of
/// GUID and interface. `count` is past the maximum when the list was not terminated in time.
typedef EFI_STATUS (*FirmwarePairs)(void *handle, void **pairs, uint64_t count);

/// Set once per machine, before the services are published.
void firmware_set_pairs(FirmwarePairs install, FirmwarePairs uninstall);

/// Addresses of the variadic services (UEFI 2.10, 7.3.17 and 7.3.18).
void *firmware_install_multiple(void);
void *firmware_uninstall_multiple(void);

/// A call that `firmware_leave` can end from any depth below it on the same stack.
typedef struct FirmwareCall {
  jmp_buf buffer;
  EFI_STATUS status;
} FirmwareCall;

/// Calls `entry` and returns its status, or the status `firmware_leave` was given.
EFI_STATUS firmware_enter(
    FirmwareCall *call, EFI_IMAGE_ENTRY_POINT entry, EFI_HANDLE image, void *table);
_Noreturn void firmware_leave(FirmwareCall *call, EFI_STATUS status);

/// The base of the calling function's stack frame: above all it and its callees own, below its callers.
uint64_t firmware_stack_position(void);

/// Makes freshly written code visible to instruction fetch. `size` in bytes.
void firmware_synchronise_code(void *address, uint64_t size);

/// An anonymous memory object of `size` bytes, or -1.
int firmware_memory_object(const char *name, uint64_t size);
