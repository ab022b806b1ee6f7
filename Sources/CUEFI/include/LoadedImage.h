// UEFI 2.10, 9.1 "EFI Loaded Image Protocol".
#pragma once
#include "BootServices.h"
#include "UefiBase.h"

#define EFI_LOADED_IMAGE_PROTOCOL_REVISION 0x1000U

/// 9.1.1. Sizes in bytes. SystemTable is untyped to keep this header below SystemTable.h.
typedef struct {
  uint32_t Revision;
  uint32_t Pad;
  EFI_HANDLE ParentHandle;
  void *SystemTable;
  EFI_HANDLE DeviceHandle;
  EFI_DEVICE_PATH_PROTOCOL *FilePath;
  void *Reserved;
  uint32_t LoadOptionsSize;
  uint32_t Pad2;
  void *LoadOptions;
  void *ImageBase;
  uint64_t ImageSize;
  uint32_t ImageCodeType;
  uint32_t ImageDataType;
  EFI_IMAGE_UNLOAD Unload;
} EFI_LOADED_IMAGE_PROTOCOL;

_Static_assert(sizeof(EFI_LOADED_IMAGE_PROTOCOL) == 96, "UEFI 2.10, 9.1.1");
