// UEFI 2.10, 33.3: HII package formats. Layouts and nothing else.
#pragma once
#include "UefiBase.h"

typedef void *EFI_HII_HANDLE;
typedef CHAR16 *EFI_STRING;
typedef uint16_t EFI_STRING_ID;
typedef uint16_t EFI_QUESTION_ID;

#pragma pack(push, 1)
typedef struct {
  EFI_GUID PackageListGuid;
  uint32_t PackageLength;
} EFI_HII_PACKAGE_LIST_HEADER;

/// The low 24 bits are the length in bytes, header included; the high 8 bits are the type.
typedef struct {
  uint32_t LengthAndType;
} EFI_HII_PACKAGE_HEADER;
#pragma pack(pop)

typedef struct {
  uint32_t FontStyle;
  uint16_t FontSize;
  CHAR16 FontName[1];
} EFI_FONT_INFO;
