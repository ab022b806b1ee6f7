// UEFI 2.10, 4.5 "EFI Runtime Services Table" and chapter 8 "Services - Runtime Services".
#pragma once
#include "UefiBase.h"

#define EFI_RUNTIME_SERVICES_SIGNATURE 0x56524553544e5552ULL

// 8.2: variable attributes.
#define EFI_VARIABLE_NON_VOLATILE 0x01U
#define EFI_VARIABLE_BOOTSERVICE_ACCESS 0x02U
#define EFI_VARIABLE_RUNTIME_ACCESS 0x04U
#define EFI_VARIABLE_HARDWARE_ERROR_RECORD 0x08U
#define EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS 0x10U
#define EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS 0x20U
#define EFI_VARIABLE_APPEND_WRITE 0x40U
#define EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS 0x80U

#define EFI_UNSPECIFIED_TIMEZONE 0x07FF
#define EFI_OPTIONAL_PTR 0x1ULL

// 8.5.1: EFI_RESET_TYPE.
#define EfiResetCold 0U
#define EfiResetWarm 1U
#define EfiResetShutdown 2U
#define EfiResetPlatformSpecific 3U

/// 8.3: wall-clock time. TimeZone in minutes from UTC.
typedef struct {
  uint16_t Year;
  uint8_t Month;
  uint8_t Day;
  uint8_t Hour;
  uint8_t Minute;
  uint8_t Second;
  uint8_t Pad1;
  uint32_t Nanosecond;
  int16_t TimeZone;
  uint8_t Daylight;
  uint8_t Pad2;
} EFI_TIME;

/// 8.3: Resolution in counts per second, Accuracy in parts per 10^12.
typedef struct {
  uint32_t Resolution;
  uint32_t Accuracy;
  BOOLEAN SetsToZero;
} EFI_TIME_CAPABILITIES;

typedef EFI_STATUS (*EFI_GET_TIME)(EFI_TIME *Time, EFI_TIME_CAPABILITIES *Capabilities);
typedef EFI_STATUS (*EFI_SET_TIME)(EFI_TIME *Time);
typedef EFI_STATUS (*EFI_GET_WAKEUP_TIME)(BOOLEAN *Enabled, BOOLEAN *Pending, EFI_TIME *Time);
typedef EFI_STATUS (*EFI_SET_WAKEUP_TIME)(BOOLEAN Enable, EFI_TIME *Time);
typedef EFI_STATUS (*EFI_SET_VIRTUAL_ADDRESS_MAP)(
    UINTN MemoryMapSize, UINTN DescriptorSize, uint32_t DescriptorVersion, void *VirtualMap);
typedef EFI_STATUS (*EFI_CONVERT_POINTER)(UINTN DebugDisposition, void **Address);
typedef EFI_STATUS (*EFI_GET_VARIABLE)(
    CHAR16 *VariableName, EFI_GUID *VendorGuid, uint32_t *Attributes, UINTN *DataSize, void *Data);
typedef EFI_STATUS (*EFI_GET_NEXT_VARIABLE_NAME)(
    UINTN *VariableNameSize, CHAR16 *VariableName, EFI_GUID *VendorGuid);
typedef EFI_STATUS (*EFI_SET_VARIABLE)(
    CHAR16 *VariableName, EFI_GUID *VendorGuid, uint32_t Attributes, UINTN DataSize, void *Data);
typedef EFI_STATUS (*EFI_GET_NEXT_HIGH_MONO_COUNT)(uint32_t *HighCount);
typedef void (*EFI_RESET_SYSTEM)(
    uint32_t ResetType, EFI_STATUS ResetStatus, UINTN DataSize, void *ResetData);
typedef EFI_STATUS (*EFI_UPDATE_CAPSULE)(
    void **CapsuleHeaderArray, UINTN CapsuleCount, EFI_PHYSICAL_ADDRESS ScatterGatherList);
typedef EFI_STATUS (*EFI_QUERY_CAPSULE_CAPABILITIES)(
    void **CapsuleHeaderArray, UINTN CapsuleCount, uint64_t *MaximumCapsuleSize,
    uint32_t *ResetType);
typedef EFI_STATUS (*EFI_QUERY_VARIABLE_INFO)(
    uint32_t Attributes, uint64_t *MaximumVariableStorageSize,
    uint64_t *RemainingVariableStorageSize, uint64_t *MaximumVariableSize);

/// 4.5: the runtime services.
typedef struct {
  EFI_TABLE_HEADER Hdr;
  EFI_GET_TIME GetTime;
  EFI_SET_TIME SetTime;
  EFI_GET_WAKEUP_TIME GetWakeupTime;
  EFI_SET_WAKEUP_TIME SetWakeupTime;
  EFI_SET_VIRTUAL_ADDRESS_MAP SetVirtualAddressMap;
  EFI_CONVERT_POINTER ConvertPointer;
  EFI_GET_VARIABLE GetVariable;
  EFI_GET_NEXT_VARIABLE_NAME GetNextVariableName;
  EFI_SET_VARIABLE SetVariable;
  EFI_GET_NEXT_HIGH_MONO_COUNT GetNextHighMonotonicCount;
  EFI_RESET_SYSTEM ResetSystem;
  EFI_UPDATE_CAPSULE UpdateCapsule;
  EFI_QUERY_CAPSULE_CAPABILITIES QueryCapsuleCapabilities;
  EFI_QUERY_VARIABLE_INFO QueryVariableInfo;
} EFI_RUNTIME_SERVICES;

_Static_assert(sizeof(EFI_TIME) == 16, "UEFI 2.10, 8.3");
_Static_assert(sizeof(EFI_RUNTIME_SERVICES) == 24 + 14 * 8, "UEFI 2.10, 4.5");
