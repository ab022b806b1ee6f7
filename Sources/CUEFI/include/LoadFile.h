// UEFI 2.10, 13.1 "Load File Protocol" and 13.2 "Load File 2 Protocol".
#pragma once
#include "UefiBase.h"

/// BufferSize in bytes, in and out. Both protocols share this layout.
typedef struct EFI_LOAD_FILE_PROTOCOL {
  EFI_STATUS (*LoadFile)(
      struct EFI_LOAD_FILE_PROTOCOL *This, EFI_DEVICE_PATH_PROTOCOL *FilePath, BOOLEAN BootPolicy,
      UINTN *BufferSize, void *Buffer);
} EFI_LOAD_FILE_PROTOCOL;
