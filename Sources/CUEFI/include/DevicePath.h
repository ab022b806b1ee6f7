// UEFI 2.10, 10.3 "Device Path Nodes": the nodes the firmware itself makes or reads.
#pragma once
#include "UefiBase.h"

#define HARDWARE_DEVICE_PATH 0x01
#define ACPI_DEVICE_PATH 0x02
#define MESSAGING_DEVICE_PATH 0x03
#define MEDIA_DEVICE_PATH 0x04
#define BBS_DEVICE_PATH 0x05
#define END_DEVICE_PATH_TYPE 0x7f
#define END_ENTIRE_DEVICE_PATH_SUBTYPE 0xff
#define END_INSTANCE_DEVICE_PATH_SUBTYPE 0x01
#define HW_PCI_DP 0x01
#define HW_MEMMAP_DP 0x03
#define HW_VENDOR_DP 0x04
#define ACPI_DP 0x01
#define ACPI_ADR_DP 0x03
#define MEDIA_FILEPATH_DP 0x04
#define MEDIA_PIWG_FW_FILE_DP 0x06
#define MEDIA_RELATIVE_OFFSET_RANGE_DP 0x08

typedef struct {
  EFI_DEVICE_PATH_PROTOCOL Header;
  uint8_t Function;
  uint8_t Device;
} PCI_DEVICE_PATH;

typedef struct __attribute__((packed)) {
  EFI_DEVICE_PATH_PROTOCOL Header;
  uint32_t HID;
  uint32_t UID;
} ACPI_HID_DEVICE_PATH;

typedef struct __attribute__((packed)) {
  EFI_DEVICE_PATH_PROTOCOL Header;
  uint32_t ADR;
} ACPI_ADR_DEVICE_PATH;

typedef struct __attribute__((packed)) {
  EFI_DEVICE_PATH_PROTOCOL Header;
  uint32_t MemoryType;
  uint64_t StartingAddress;
  uint64_t EndingAddress;
} MEMMAP_DEVICE_PATH;

typedef struct {
  EFI_DEVICE_PATH_PROTOCOL Header;
  EFI_GUID Guid;
} VENDOR_DEVICE_PATH;

/// 10.3.5.8: a range of the device, such as an image in an option ROM. Offsets in bytes, inclusive.
typedef struct __attribute__((packed)) {
  EFI_DEVICE_PATH_PROTOCOL Header;
  uint32_t Reserved;
  uint64_t StartingOffset;
  uint64_t EndingOffset;
} MEDIA_RELATIVE_OFFSET_RANGE_DEVICE_PATH;

/// UEFI 2.10, 10.5: device path utilities. Sizes in bytes.
typedef struct {
  UINTN (*GetDevicePathSize)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
  EFI_DEVICE_PATH_PROTOCOL *(*DuplicateDevicePath)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
  EFI_DEVICE_PATH_PROTOCOL *(*AppendDevicePath)(
      const EFI_DEVICE_PATH_PROTOCOL *Src1, const EFI_DEVICE_PATH_PROTOCOL *Src2);
  EFI_DEVICE_PATH_PROTOCOL *(*AppendDeviceNode)(
      const EFI_DEVICE_PATH_PROTOCOL *DevicePath, const EFI_DEVICE_PATH_PROTOCOL *DeviceNode);
  EFI_DEVICE_PATH_PROTOCOL *(*AppendDevicePathInstance)(
      const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
      const EFI_DEVICE_PATH_PROTOCOL *DevicePathInstance);
  EFI_DEVICE_PATH_PROTOCOL *(*GetNextDevicePathInstance)(
      EFI_DEVICE_PATH_PROTOCOL **DevicePathInstance, UINTN *DevicePathInstanceSize);
  BOOLEAN (*IsDevicePathMultiInstance)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
  EFI_DEVICE_PATH_PROTOCOL *(*CreateDeviceNode)(
      uint8_t NodeType, uint8_t NodeSubType, uint16_t NodeLength);
} EFI_DEVICE_PATH_UTILITIES_PROTOCOL;

/// UEFI 2.10, 10.6: device paths to text.
typedef struct {
  CHAR16 *(*ConvertDeviceNodeToText)(
      const EFI_DEVICE_PATH_PROTOCOL *DeviceNode, BOOLEAN DisplayOnly, BOOLEAN AllowShortcuts);
  CHAR16 *(*ConvertDevicePathToText)(
      const EFI_DEVICE_PATH_PROTOCOL *DevicePath, BOOLEAN DisplayOnly, BOOLEAN AllowShortcuts);
} EFI_DEVICE_PATH_TO_TEXT_PROTOCOL;

/// UEFI 2.10, 10.7: device paths from text.
typedef struct {
  EFI_DEVICE_PATH_PROTOCOL *(*ConvertTextToDeviceNode)(const CHAR16 *TextDeviceNode);
  EFI_DEVICE_PATH_PROTOCOL *(*ConvertTextToDevicePath)(const CHAR16 *TextDevicePath);
} EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL;
