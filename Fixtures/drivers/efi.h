// The part of UEFI 2.10 that the fixtures use. x86-64, Microsoft calling convention by target.
#pragma once
#include <stdint.h>

typedef uint64_t Status;
typedef void *Handle;
typedef uint16_t Char16;
typedef struct {
  uint32_t a;
  uint16_t b, c;
  uint8_t d[8];
} Guid;

#define ERROR(n) (0x8000000000000000ull | (n))
#define SUCCESS 0
#define INVALID_PARAMETER ERROR(2)
#define UNSUPPORTED ERROR(3)
#define DEVICE_ERROR ERROR(7)
#define ABORTED ERROR(21)

typedef struct {
  uint64_t signature;
  uint32_t revision, headerSize, crc32, reserved;
} TableHeader;

typedef struct TextOutput {
  Status (*Reset)(struct TextOutput *, uint8_t);
  Status (*OutputString)(struct TextOutput *, const Char16 *);
} TextOutput;

// UEFI 2.10, 4.4. Services that no fixture calls are only places.
typedef struct {
  TableHeader header;
  void *RaiseTPL, *RestoreTPL;
  Status (*AllocatePages)(uint32_t type, uint32_t memoryType, uint64_t pages, uint64_t *memory);
  Status (*FreePages)(uint64_t memory, uint64_t pages);
  void *GetMemoryMap;
  Status (*AllocatePool)(uint32_t memoryType, uint64_t size, void **buffer);
  Status (*FreePool)(void *buffer);
  void *CreateEvent, *SetTimer, *WaitForEvent, *SignalEvent, *CloseEvent, *CheckEvent;
  Status (*InstallProtocolInterface)(
      Handle *handle, const Guid *protocol, uint32_t type, void *interface);
  void *ReinstallProtocolInterface, *UninstallProtocolInterface;
  Status (*HandleProtocol)(Handle handle, const Guid *protocol, void **interface);
  void *Reserved, *RegisterProtocolNotify, *LocateHandle, *LocateDevicePath;
  void *InstallConfigurationTable, *LoadImage, *StartImage;
  Status (*Exit)(Handle image, Status status, uint64_t dataSize, Char16 *data);
  void *UnloadImage, *ExitBootServices, *GetNextMonotonicCount;
  Status (*Stall)(uint64_t microseconds);
  void *SetWatchdogTimer, *ConnectController, *DisconnectController;
  Status (*OpenProtocol)(
      Handle handle, const Guid *protocol, void **interface, Handle agent, Handle controller,
      uint32_t attributes);
  Status (*CloseProtocol)(Handle handle, const Guid *protocol, Handle agent, Handle controller);
  void *OpenProtocolInformation, *ProtocolsPerHandle, *LocateHandleBuffer;
  Status (*LocateProtocol)(const Guid *protocol, void *registration, void **interface);
  Status (*InstallMultipleProtocolInterfaces)(Handle *handle, ...);
  Status (*UninstallMultipleProtocolInterfaces)(Handle handle, ...);
  void *CalculateCrc32;
  void (*CopyMem)(void *destination, const void *source, uint64_t length);
  void (*SetMem)(void *buffer, uint64_t size, uint8_t value);
  void *CreateEventEx;
} BootServices;

// UEFI 2.10, 4.3.
typedef struct {
  TableHeader header;
  Char16 *firmwareVendor;
  uint32_t firmwareRevision, padding;
  Handle consoleInHandle;
  void *conIn;
  Handle consoleOutHandle;
  TextOutput *conOut;
  Handle standardErrorHandle;
  TextOutput *stdErr;
  void *runtimeServices;
  BootServices *boot;
} SystemTable;

// UEFI 2.10, 9.1.
typedef struct {
  uint32_t revision, padding;
  Handle parent;
  SystemTable *systemTable;
  Handle device;
  void *filePath, *reserved;
  uint32_t loadOptionsSize, padding2;
  void *loadOptions;
} LoadedImage;

// UEFI 2.10, 11.1.
typedef struct DriverBinding {
  Status (*Supported)(struct DriverBinding *, Handle controller, void *remaining);
  Status (*Start)(struct DriverBinding *, Handle controller, void *remaining);
  Status (*Stop)(struct DriverBinding *, Handle controller, uint64_t count, Handle *children);
  uint32_t version, padding;
  Handle image, driverBindingHandle;
} DriverBinding;

// UEFI 2.10, 14.4.
typedef struct PciIo PciIo;
typedef Status (*PciAccess)(
    PciIo *, uint32_t width, uint8_t bar, uint64_t offset, uint64_t count, void *buffer);
typedef Status (*PciConfiguration)(
    PciIo *, uint32_t width, uint32_t offset, uint64_t count, void *buffer);
struct PciIo {
  void *PollMem, *PollIo;
  PciAccess MemRead, MemWrite, IoRead, IoWrite;
  PciConfiguration Read, Write;
  void *CopyMem, *Map, *Unmap, *AllocateBuffer, *FreeBuffer, *Flush, *GetLocation;
  Status (*Attributes)(PciIo *, uint32_t operation, uint64_t attributes, uint64_t *result);
  Status (*GetBarAttributes)(PciIo *, uint8_t bar, uint64_t *supports, void **resources);
  void *SetBarAttributes;
  uint64_t romSize;
  void *romImage;
};

// UEFI 2.10, 12.9.
typedef struct {
  uint32_t version, width, height, pixelFormat;
  uint32_t redMask, greenMask, blueMask, reservedMask;
  uint32_t pixelsPerScanLine, padding;
} GraphicsMode;
typedef struct {
  uint32_t maxMode, mode;
  GraphicsMode *info;
  uint64_t sizeOfInfo, frameBufferBase, frameBufferSize;
} GraphicsState;
typedef struct GraphicsOutput {
  Status (*QueryMode)(struct GraphicsOutput *, uint32_t mode, uint64_t *size, GraphicsMode **info);
  Status (*SetMode)(struct GraphicsOutput *, uint32_t mode);
  Status (*Blt)(
      struct GraphicsOutput *, uint32_t *buffer, uint32_t operation, uint64_t sourceX,
      uint64_t sourceY, uint64_t destinationX, uint64_t destinationY, uint64_t width,
      uint64_t height, uint64_t delta);
  GraphicsState *state;
} GraphicsOutput;

#define LOADED_IMAGE_GUID \
  {0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}}
#define DRIVER_BINDING_GUID \
  {0x18a031ab, 0xb443, 0x4d1a, {0xa5, 0xc0, 0x0c, 0x09, 0x26, 0x1e, 0x9f, 0x71}}
#define PCI_IO_GUID \
  {0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}}
#define GRAPHICS_OUTPUT_GUID \
  {0x9042a9de, 0x23dc, 0x4a38, {0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a}}

// The fixtures' own protocol: what the host and a fixture call each other by.
#define EXERCISE_GUID \
  {0x7c1d0f52, 0x3a64, 0x4b0e, {0x91, 0x5c, 0x2d, 0x86, 0x0e, 0x4f, 0x73, 0xa8}}

// An absolute address, so that every fixture has a relocation for its loader to apply.
#define RELOCATED(function) \
  __attribute__((used)) static void *volatile const relocated = (void *)function;

static inline void *copyBytes(void *to, const void *from, uint64_t count) {
  volatile uint8_t *d = to;
  const uint8_t *s = from;
  while (count--) *d++ = *s++;
  return to;
}
