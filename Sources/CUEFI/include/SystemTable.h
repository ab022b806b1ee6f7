// UEFI 2.10, 4.3 "EFI System Table" and 4.6 "EFI Configuration Table".
#pragma once
#include "BootServices.h"
#include "RuntimeServices.h"
#include "UefiBase.h"

#define EFI_SYSTEM_TABLE_SIGNATURE 0x5453595320494249ULL
#define EFI_2_70_SYSTEM_TABLE_REVISION 0x00020046U
#define EFI_2_100_SYSTEM_TABLE_REVISION 0x00020064U

typedef struct {
  EFI_GUID VendorGuid;
  void *VendorTable;
} EFI_CONFIGURATION_TABLE;

/// 4.3. The consoles' interfaces are untyped here: their layouts stand in a header of their own.
typedef struct {
  EFI_TABLE_HEADER Hdr;
  CHAR16 *FirmwareVendor;
  uint32_t FirmwareRevision;
  uint32_t Pad;
  EFI_HANDLE ConsoleInHandle;
  void *ConIn;
  EFI_HANDLE ConsoleOutHandle;
  void *ConOut;
  EFI_HANDLE StandardErrorHandle;
  void *StdErr;
  EFI_RUNTIME_SERVICES *RuntimeServices;
  EFI_BOOT_SERVICES *BootServices;
  UINTN NumberOfTableEntries;
  EFI_CONFIGURATION_TABLE *ConfigurationTable;
} EFI_SYSTEM_TABLE;

_Static_assert(sizeof(EFI_SYSTEM_TABLE) == 120, "UEFI 2.10, 4.3");
