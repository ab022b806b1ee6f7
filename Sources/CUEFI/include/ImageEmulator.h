// EDK2's EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL: how firmware hands over images of a foreign machine.
#pragma once
#include "BootServices.h"
#include "UefiBase.h"

#define EDKII_PECOFF_IMAGE_EMULATOR_VERSION 1U
#define IMAGE_FILE_MACHINE_X64 0x8664
#define IMAGE_FILE_MACHINE_ARM64 0xAA64

typedef struct EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL {
  BOOLEAN (*IsImageSupported)(
      struct EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL *This, uint16_t ImageType,
      EFI_DEVICE_PATH_PROTOCOL *DevicePath);
  EFI_STATUS (*RegisterImage)(
      struct EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL *This, EFI_PHYSICAL_ADDRESS ImageBase,
      uint64_t ImageSize, EFI_IMAGE_ENTRY_POINT *EntryPoint);
  EFI_STATUS (*UnregisterImage)(
      struct EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL *This, EFI_PHYSICAL_ADDRESS ImageBase);
  uint32_t Version;
  uint16_t MachineType;
} EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL;
