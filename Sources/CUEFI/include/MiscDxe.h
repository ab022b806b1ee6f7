// PI 1.8, volume 2, 7 (DXE services) and volume 3, 5 (HOBs). Layouts and nothing else.
#pragma once
#include "UefiBase.h"

typedef struct {
  EFI_PHYSICAL_ADDRESS BaseAddress;
  uint64_t Length;
  uint64_t Capabilities;
  uint64_t Attributes;
  uint32_t GcdMemoryType;
  EFI_HANDLE ImageHandle;
  EFI_HANDLE DeviceHandle;
} EFI_GCD_MEMORY_SPACE_DESCRIPTOR;

typedef struct {
  EFI_PHYSICAL_ADDRESS BaseAddress;
  uint64_t Length;
  uint32_t GcdIoType;
  EFI_HANDLE ImageHandle;
  EFI_HANDLE DeviceHandle;
} EFI_GCD_IO_SPACE_DESCRIPTOR;

typedef EFI_STATUS (*EFI_ADD_MEMORY_SPACE)(uint32_t, EFI_PHYSICAL_ADDRESS, uint64_t, uint64_t);
typedef EFI_STATUS (*EFI_ALLOCATE_MEMORY_SPACE)(
    uint32_t, uint32_t, UINTN, uint64_t, EFI_PHYSICAL_ADDRESS *, EFI_HANDLE, EFI_HANDLE);
typedef EFI_STATUS (*EFI_FREE_MEMORY_SPACE)(EFI_PHYSICAL_ADDRESS, uint64_t);
typedef EFI_STATUS (*EFI_REMOVE_MEMORY_SPACE)(EFI_PHYSICAL_ADDRESS, uint64_t);
typedef EFI_STATUS (*EFI_GET_MEMORY_SPACE_DESCRIPTOR)(
    EFI_PHYSICAL_ADDRESS, EFI_GCD_MEMORY_SPACE_DESCRIPTOR *);
typedef EFI_STATUS (*EFI_SET_MEMORY_SPACE_ATTRIBUTES)(EFI_PHYSICAL_ADDRESS, uint64_t, uint64_t);
typedef EFI_STATUS (*EFI_SET_MEMORY_SPACE_CAPABILITIES)(EFI_PHYSICAL_ADDRESS, uint64_t, uint64_t);
typedef EFI_STATUS (*EFI_GET_MEMORY_SPACE_MAP)(UINTN *, EFI_GCD_MEMORY_SPACE_DESCRIPTOR **);
typedef EFI_STATUS (*EFI_ADD_IO_SPACE)(uint32_t, EFI_PHYSICAL_ADDRESS, uint64_t);
typedef EFI_STATUS (*EFI_ALLOCATE_IO_SPACE)(
    uint32_t, uint32_t, UINTN, uint64_t, EFI_PHYSICAL_ADDRESS *, EFI_HANDLE, EFI_HANDLE);
typedef EFI_STATUS (*EFI_FREE_IO_SPACE)(EFI_PHYSICAL_ADDRESS, uint64_t);
typedef EFI_STATUS (*EFI_REMOVE_IO_SPACE)(EFI_PHYSICAL_ADDRESS, uint64_t);
typedef EFI_STATUS (*EFI_GET_IO_SPACE_DESCRIPTOR)(
    EFI_PHYSICAL_ADDRESS, EFI_GCD_IO_SPACE_DESCRIPTOR *);
typedef EFI_STATUS (*EFI_GET_IO_SPACE_MAP)(UINTN *, EFI_GCD_IO_SPACE_DESCRIPTOR **);
typedef EFI_STATUS (*EFI_DISPATCH)(void);
typedef EFI_STATUS (*EFI_SCHEDULE)(EFI_HANDLE, const EFI_GUID *);
typedef EFI_STATUS (*EFI_TRUST)(EFI_HANDLE, const EFI_GUID *);
typedef EFI_STATUS (*EFI_PROCESS_FIRMWARE_VOLUME)(const void *, UINTN, EFI_HANDLE *);

typedef struct {
  EFI_TABLE_HEADER Hdr;
  EFI_ADD_MEMORY_SPACE AddMemorySpace;
  EFI_ALLOCATE_MEMORY_SPACE AllocateMemorySpace;
  EFI_FREE_MEMORY_SPACE FreeMemorySpace;
  EFI_REMOVE_MEMORY_SPACE RemoveMemorySpace;
  EFI_GET_MEMORY_SPACE_DESCRIPTOR GetMemorySpaceDescriptor;
  EFI_SET_MEMORY_SPACE_ATTRIBUTES SetMemorySpaceAttributes;
  EFI_GET_MEMORY_SPACE_MAP GetMemorySpaceMap;
  EFI_ADD_IO_SPACE AddIoSpace;
  EFI_ALLOCATE_IO_SPACE AllocateIoSpace;
  EFI_FREE_IO_SPACE FreeIoSpace;
  EFI_REMOVE_IO_SPACE RemoveIoSpace;
  EFI_GET_IO_SPACE_DESCRIPTOR GetIoSpaceDescriptor;
  EFI_GET_IO_SPACE_MAP GetIoSpaceMap;
  EFI_DISPATCH Dispatch;
  EFI_SCHEDULE Schedule;
  EFI_TRUST Trust;
  EFI_PROCESS_FIRMWARE_VOLUME ProcessFirmwareVolume;
  EFI_SET_MEMORY_SPACE_CAPABILITIES SetMemorySpaceCapabilities;
} EFI_DXE_SERVICES;

typedef struct {
  uint16_t HobType;
  uint16_t HobLength;
  uint32_t Reserved;
} EFI_HOB_GENERIC_HEADER;

typedef struct {
  EFI_HOB_GENERIC_HEADER Header;
  uint32_t Version;
  uint32_t BootMode;
  EFI_PHYSICAL_ADDRESS EfiMemoryTop;
  EFI_PHYSICAL_ADDRESS EfiMemoryBottom;
  EFI_PHYSICAL_ADDRESS EfiFreeMemoryTop;
  EFI_PHYSICAL_ADDRESS EfiFreeMemoryBottom;
  EFI_PHYSICAL_ADDRESS EfiEndOfHobList;
} EFI_HOB_HANDOFF_INFO_TABLE;

typedef struct {
  EFI_HOB_GENERIC_HEADER Header;
  EFI_GUID Owner;
  uint32_t ResourceType;
  uint32_t ResourceAttribute;
  EFI_PHYSICAL_ADDRESS PhysicalStart;
  uint64_t ResourceLength;
} EFI_HOB_RESOURCE_DESCRIPTOR;

typedef struct {
  EFI_HOB_GENERIC_HEADER Header;
  uint8_t SizeOfMemorySpace;
  uint8_t SizeOfIoSpace;
  uint8_t Reserved[6];
} EFI_HOB_CPU;
