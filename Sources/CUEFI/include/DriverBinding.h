// UEFI 2.10, chapter 11 "Protocols - UEFI Driver Model".
#pragma once
#include "UefiBase.h"

typedef struct EFI_DRIVER_BINDING_PROTOCOL EFI_DRIVER_BINDING_PROTOCOL;

typedef EFI_STATUS (*EFI_DRIVER_BINDING_SUPPORTED)(
    EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
    EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath);
typedef EFI_STATUS (*EFI_DRIVER_BINDING_START)(
    EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle,
    EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath);
typedef EFI_STATUS (*EFI_DRIVER_BINDING_STOP)(
    EFI_DRIVER_BINDING_PROTOCOL *This, EFI_HANDLE ControllerHandle, UINTN NumberOfChildren,
    EFI_HANDLE *ChildHandleBuffer);

/// 11.1.
struct EFI_DRIVER_BINDING_PROTOCOL {
  EFI_DRIVER_BINDING_SUPPORTED Supported;
  EFI_DRIVER_BINDING_START Start;
  EFI_DRIVER_BINDING_STOP Stop;
  uint32_t Version;
  EFI_HANDLE ImageHandle;
  EFI_HANDLE DriverBindingHandle;
};

/// 11.2: EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL. The path services are untyped: nobody calls them.
typedef struct EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL {
  EFI_STATUS (*GetDriver)(
      struct EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE ControllerHandle,
      EFI_HANDLE *DriverImageHandle);
  void *GetDriverPath;
  void *DriverLoaded;
} EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL;

/// 11.3.
typedef struct EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL {
  EFI_STATUS (*GetDriver)(
      struct EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL *This, EFI_HANDLE *DriverImageHandle);
} EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL;

/// 11.4.
typedef struct EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL {
  uint32_t (*GetVersion)(struct EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL *This);
} EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL;

/// 11.5: ComponentName2 (and, by the same layout, ComponentName).
typedef struct EFI_COMPONENT_NAME2_PROTOCOL {
  EFI_STATUS (*GetDriverName)(
      struct EFI_COMPONENT_NAME2_PROTOCOL *This, char *Language, CHAR16 **DriverName);
  EFI_STATUS (*GetControllerName)(
      struct EFI_COMPONENT_NAME2_PROTOCOL *This, EFI_HANDLE ControllerHandle,
      EFI_HANDLE ChildHandle, char *Language, CHAR16 **ControllerName);
  char *SupportedLanguages;
} EFI_COMPONENT_NAME2_PROTOCOL;

/// 11.6.
typedef struct {
  uint32_t Length;
  uint32_t FirmwareVersion;
} EFI_DRIVER_SUPPORTED_EFI_VERSION_PROTOCOL;
