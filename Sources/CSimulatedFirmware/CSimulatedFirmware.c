#define _GNU_SOURCE
#include "CSimulatedFirmware.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

static FirmwarePairs install_pairs;
static FirmwarePairs uninstall_pairs;

void firmware_set_pairs(FirmwarePairs install, FirmwarePairs uninstall) {
  install_pairs = install;
  uninstall_pairs = uninstall;
}

static uint64_t collect(void **pairs, va_list arguments) {
  uint64_t count = 0;
  for (;;) {
    void *guid = va_arg(arguments, void *);
    if (guid == NULL) return count;
    if (count == FIRMWARE_MAXIMUM_PAIRS) return count + 1;
    pairs[2 * count] = guid;
    pairs[2 * count + 1] = va_arg(arguments, void *);
    count += 1;
  }
}

static EFI_STATUS install_multiple(EFI_HANDLE *handle, ...) {
  void *pairs[2 * FIRMWARE_MAXIMUM_PAIRS];
  va_list arguments;
  va_start(arguments, handle);
  uint64_t count = collect(pairs, arguments);
  va_end(arguments);
  return install_pairs(handle, pairs, count);
}

static EFI_STATUS uninstall_multiple(EFI_HANDLE handle, ...) {
  void *pairs[2 * FIRMWARE_MAXIMUM_PAIRS];
  va_list arguments;
  va_start(arguments, handle);
  uint64_t count = collect(pairs, arguments);
  va_end(arguments);
  return uninstall_pairs(handle, pairs, count);
}

void *firmware_install_multiple(void) { return (void *)install_multiple; }
void *firmware_uninstall_multiple(void) { return (void *)uninstall_multiple; }

EFI_STATUS firmware_enter(
    FirmwareCall *call, EFI_IMAGE_ENTRY_POINT entry, EFI_HANDLE image, void *table) {
  // Zeros in the registers of arguments it does not have: a report of them repeats.
  EFI_STATUS (*start)(EFI_HANDLE, void *, uint64_t, uint64_t) = (void *)entry;
  // The underscore variant leaves the signal mask alone: no system call on this path.
  if (_setjmp(call->buffer) == 0) call->status = start(image, table, 0, 0);
  return call->status;
}

void firmware_leave(FirmwareCall *call, EFI_STATUS status) {
  call->status = status;
  _longjmp(call->buffer, 1);
}

__attribute__((noinline)) uint64_t firmware_stack_position(void) {
  return (uint64_t)(uintptr_t)__builtin_frame_address(1);
}

void firmware_synchronise_code(void *address, uint64_t size) {
  __builtin___clear_cache((char *)address, (char *)address + size);
}

int firmware_memory_object(const char *name, uint64_t size) {
  int descriptor = memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  if (ftruncate(descriptor, (off_t)size) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}
