// EFI_MEMORY_ATTRIBUTE_PROTOCOL (UEFI 2.10, 37.6) for firmware that has none, natively: on top of
// EFI_CPU_ARCH_PROTOCOL and the translation tables, at EL1, page by page.
#include "guest.h"

static EFI_GUID cpuGuid = {
    0x26baccb1, 0x6f42, 0x11d4, {0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static EFI_GUID attributeGuid = {
    0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};
static EFI_CPU_ARCH_PROTOCOL *cpu;
static uint64_t sets, clears;

#define ALL (EFI_MEMORY_RP | EFI_MEMORY_RO | EFI_MEMORY_XP)
// VMSAv8-64 leaf entries (Arm ARM, D8.3.1): AF, AP[2], PXN and UXN.
#define ACCESSED (1ull << 10)
#define READ_ONLY (1ull << 7)
#define NEVER (3ull << 53)

/// The leaf entry for an address, 4 KiB granule; its size in `size`.
static uint64_t *leaf(uint64_t address, uint64_t *size) {
  uint64_t table, control;
  __asm__ volatile("mrs %0, ttbr0_el1\n mrs %1, tcr_el1" : "=r"(table), "=r"(control));
  uint64_t unused = control & 63;
  int level = unused < 25 ? 0 : unused < 34 ? 1 : 2;
  uint64_t *entries = (uint64_t *)(table & 0xfffffffff000);
  for (;; level++) {
    int shift = 39 - 9 * level;
    uint64_t *entry = entries + (address >> shift & 511);
    *size = 1ull << shift;
    if (!(*entry & 1)) return 0;
    if (level == 3 || !(*entry & 2)) return entry;
    entries = (uint64_t *)(*entry & 0xfffffffff000);
  }
}

static uint64_t attributes(uint64_t entry) {
  return (entry & ACCESSED ? 0 : EFI_MEMORY_RP) | (entry & READ_ONLY ? EFI_MEMORY_RO : 0) |
         (entry & NEVER ? EFI_MEMORY_XP : 0);
}

static EFI_STATUS change(uint64_t base, uint64_t length, uint64_t set, uint64_t clear) {
  if ((base | length) & 4095 || !length || (set | clear) & ~ALL) return EFI_INVALID_PARAMETER;
  for (uint64_t page = base; page < base + length; page += 4096) {
    uint64_t size, *entry = leaf(page, &size);
    if (!entry) return EFI_NOT_FOUND;
    uint64_t old = attributes(*entry), new = (old | set) & ~clear;
    if (old == new) continue;
    uint64_t kept = new & (EFI_MEMORY_RO | EFI_MEMORY_XP);
    // A page with attributes of its own gets an entry of its own.
    if (size > 4096) cpu->SetMemoryAttributes(cpu, page, 4096, kept ^ EFI_MEMORY_RO);
    EFI_STATUS status = cpu->SetMemoryAttributes(cpu, page, 4096, kept);
    if (status) return status;
    entry = leaf(page, &size);
    if (!entry || size != 4096) return EFI_OUT_OF_RESOURCES;
    *entry = new & EFI_MEMORY_RP ? *entry & ~ACCESSED : *entry | ACCESSED;
    __asm__ volatile("dsb ishst\n tlbi vaae1is, %0\n dsb ish\n isb" ::"r"(page >> 12) : "memory");
  }
  return EFI_SUCCESS;
}

static EFI_STATUS get(
    EFI_MEMORY_ATTRIBUTE_PROTOCOL *this, uint64_t base, uint64_t length, uint64_t *result) {
  uint64_t size, *entry = leaf(base, &size);
  if (!entry) return EFI_NOT_FOUND;
  *result = attributes(*entry);
  return EFI_SUCCESS;
}
static EFI_STATUS set(
    EFI_MEMORY_ATTRIBUTE_PROTOCOL *this, uint64_t base, uint64_t length, uint64_t wanted) {
  if (!sets++) print("attributes: first set\n");
  return change(base, length, wanted, 0);
}
static EFI_STATUS clear(
    EFI_MEMORY_ATTRIBUTE_PROTOCOL *this, uint64_t base, uint64_t length, uint64_t wanted) {
  if (!clears++) print("attributes: first clear\n");
  return change(base, length, 0, wanted);
}
static EFI_MEMORY_ATTRIBUTE_PROTOCOL protocol = {get, set, clear};

EFI_STATUS efiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE *table) {
  begin(image, table);
  EFI_STATUS status = BS->LocateProtocol(&cpuGuid, 0, (void **)&cpu);
  if (status) return status;
  EFI_HANDLE handle = 0;
  return BS->InstallProtocolInterface(&handle, &attributeGuid, EFI_NATIVE_INTERFACE, &protocol);
}
