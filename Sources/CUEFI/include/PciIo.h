// UEFI 2.10, 14.4 "EFI PCI I/O Protocol". Layouts and nothing else.
#pragma once
#include "UefiBase.h"

typedef struct EFI_PCI_IO_PROTOCOL EFI_PCI_IO_PROTOCOL;

/// 0–3 are 8 to 64 bits; +4 repeats one device address (FIFO), +8 repeats one buffer element (fill).
typedef uint32_t EFI_PCI_IO_PROTOCOL_WIDTH;
/// 0 bus master read, 1 bus master write, 2 common buffer.
typedef uint32_t EFI_PCI_IO_PROTOCOL_OPERATION;
/// 0 get, 1 set, 2 enable, 3 disable, 4 supported.
typedef uint32_t EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION;

typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_POLL_IO_MEM)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width, uint8_t BarIndex, uint64_t Offset,
    uint64_t Mask, uint64_t Value, uint64_t Delay, uint64_t *Result);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_IO_MEM)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width, uint8_t BarIndex, uint64_t Offset,
    UINTN Count, void *Buffer);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_CONFIG)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width, uint32_t Offset, UINTN Count,
    void *Buffer);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_COPY_MEM)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width, uint8_t DestBarIndex,
    uint64_t DestOffset, uint8_t SrcBarIndex, uint64_t SrcOffset, UINTN Count);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_MAP)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_OPERATION Operation, void *HostAddress,
    UINTN *NumberOfBytes, EFI_PHYSICAL_ADDRESS *DeviceAddress, void **Mapping);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_UNMAP)(EFI_PCI_IO_PROTOCOL *This, void *Mapping);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_ALLOCATE_BUFFER)(
    EFI_PCI_IO_PROTOCOL *This, uint32_t Type, uint32_t MemoryType, UINTN Pages, void **HostAddress,
    uint64_t Attributes);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_FREE_BUFFER)(
    EFI_PCI_IO_PROTOCOL *This, UINTN Pages, void *HostAddress);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_FLUSH)(EFI_PCI_IO_PROTOCOL *This);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_GET_LOCATION)(
    EFI_PCI_IO_PROTOCOL *This, UINTN *SegmentNumber, UINTN *BusNumber, UINTN *DeviceNumber,
    UINTN *FunctionNumber);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_ATTRIBUTES)(
    EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION Operation,
    uint64_t Attributes, uint64_t *Result);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_GET_BAR_ATTRIBUTES)(
    EFI_PCI_IO_PROTOCOL *This, uint8_t BarIndex, uint64_t *Supports, void **Resources);
typedef EFI_STATUS (*EFI_PCI_IO_PROTOCOL_SET_BAR_ATTRIBUTES)(
    EFI_PCI_IO_PROTOCOL *This, uint64_t Attributes, uint8_t BarIndex, uint64_t *Offset,
    uint64_t *Length);

typedef struct {
  EFI_PCI_IO_PROTOCOL_IO_MEM Read;
  EFI_PCI_IO_PROTOCOL_IO_MEM Write;
} EFI_PCI_IO_PROTOCOL_ACCESS;

typedef struct {
  EFI_PCI_IO_PROTOCOL_CONFIG Read;
  EFI_PCI_IO_PROTOCOL_CONFIG Write;
} EFI_PCI_IO_PROTOCOL_CONFIG_ACCESS;

struct EFI_PCI_IO_PROTOCOL {
  EFI_PCI_IO_PROTOCOL_POLL_IO_MEM PollMem;
  EFI_PCI_IO_PROTOCOL_POLL_IO_MEM PollIo;
  EFI_PCI_IO_PROTOCOL_ACCESS Mem;
  EFI_PCI_IO_PROTOCOL_ACCESS Io;
  EFI_PCI_IO_PROTOCOL_CONFIG_ACCESS Pci;
  EFI_PCI_IO_PROTOCOL_COPY_MEM CopyMem;
  EFI_PCI_IO_PROTOCOL_MAP Map;
  EFI_PCI_IO_PROTOCOL_UNMAP Unmap;
  EFI_PCI_IO_PROTOCOL_ALLOCATE_BUFFER AllocateBuffer;
  EFI_PCI_IO_PROTOCOL_FREE_BUFFER FreeBuffer;
  EFI_PCI_IO_PROTOCOL_FLUSH Flush;
  EFI_PCI_IO_PROTOCOL_GET_LOCATION GetLocation;
  EFI_PCI_IO_PROTOCOL_ATTRIBUTES Attributes;
  EFI_PCI_IO_PROTOCOL_GET_BAR_ATTRIBUTES GetBarAttributes;
  EFI_PCI_IO_PROTOCOL_SET_BAR_ATTRIBUTES SetBarAttributes;
  uint64_t RomSize;
  void *RomImage;
};
_Static_assert(sizeof(EFI_PCI_IO_PROTOCOL) == 160, "EFI_PCI_IO_PROTOCOL layout");

/// ACPI 6.5, 6.4.3.5.1 "QWord Address Space Descriptor": what GetBarAttributes returns, in sequence,
/// before the end tag 0x79 0x00.
typedef struct __attribute__((packed)) {
  uint8_t Desc;
  uint16_t Len;
  uint8_t ResType;
  uint8_t GenFlag;
  uint8_t SpecificFlag;
  uint64_t AddrSpaceGranularity;
  uint64_t AddrRangeMin;
  uint64_t AddrRangeMax;
  uint64_t AddrTranslationOffset;
  uint64_t AddrLen;
} EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR;
_Static_assert(sizeof(EFI_ACPI_ADDRESS_SPACE_DESCRIPTOR) == 46, "ACPI descriptor layout");
