// Calls ExitBootServices and looks at what is left, natively and as x64 code. What it says behind
// that goes straight to QEMU's serial port (PL011 at 0x09000000), and the machine is turned off.
#include "guest.h"

static void say(const char *text) {
  volatile uint32_t *port = (volatile uint32_t *)0x09000000;
  for (; *text; text++) {
    while (port[6] & 0x20) {
    }
    *port = (uint8_t)*text;
  }
}

#ifdef __aarch64__
static EFI_GUID cpuGuid = {
    0x26baccb1, 0x6f42, 0x11d4, {0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static EFI_CPU_ARCH_PROTOCOL *cpu;
static void handle(INTN type, EFI_SYSTEM_CONTEXT_AARCH64 *context) {}

// One handler for each exception: whoever has it keeps others from it (PI 1.8, volume 2, 12.3).
static int isHandlerFree(void) {
  if (cpu->RegisterInterruptHandler(cpu, EXCEPT_AARCH64_SYNCHRONOUS_EXCEPTIONS, handle)) return 0;
  cpu->RegisterInterruptHandler(cpu, EXCEPT_AARCH64_SYNCHRONOUS_EXCEPTIONS, 0);
  return 1;
}

/// The translation of an address, without touching it.
static int isMapped(uint64_t address) {
  uint64_t result;
  __asm__ volatile("at s1e1r, %1\n isb\n mrs %0, par_el1" : "=r"(result) : "r"(address));
  return !(result & 1);
}
static int isWritable(uint64_t address) {
  uint64_t result;
  __asm__ volatile("at s1e1w, %1\n isb\n mrs %0, par_el1" : "=r"(result) : "r"(address));
  return !(result & 1);
}

static EFI_GUID loadedImage = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static uint64_t images[64][2];
static unsigned imageCount;

/// The loaded images that are x86-64 code.
static void findImages(void) {
  EFI_HANDLE *handles = 0;
  UINTN count = 0;
  BS->LocateHandleBuffer(ByProtocol, &loadedImage, 0, &count, &handles);
  for (UINTN n = 0; n < count && imageCount < 64; n++) {
    EFI_LOADED_IMAGE_PROTOCOL *image = 0;
    BS->HandleProtocol(handles[n], &loadedImage, (void **)&image);
    uint8_t *base = image->ImageBase;
    if (!base || base[0] != 'M') continue;
    if (*(uint16_t *)(base + *(uint32_t *)(base + 60) + 4) != 0x8664) continue;
    images[imageCount][0] = (uint64_t)base;
    images[imageCount++][1] = image->ImageSize;
  }
}
static unsigned readOnlyPages(void) {
  unsigned found = 0;
  for (unsigned n = 0; n < imageCount; n++)
    for (uint64_t at = 0; at < images[n][1]; at += 4096) found += !isWritable(images[n][0] + at);
  return found;
}
#endif

static uint8_t map[65536];

EFI_STATUS efiMain(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table) {
  begin(handle, table);
#ifdef __aarch64__
  BS->LocateProtocol(&cpuGuid, 0, (void **)&cpu);
  findImages();
  report("x64 images", imageCount);
  report("read-only pages", readOnlyPages() > 0);
  report("handler is free", isHandlerFree());
  report("page zero is mapped", isMapped(0));
#endif
  EFI_STATUS status = EFI_ABORTED;
  for (int n = 0; n < 4 && status; n++) {
    UINTN size = sizeof map, key = 0, stride = 0;
    uint32_t version = 0;
    BS->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &stride, &version);
    status = BS->ExitBootServices(self, key);
  }
  say(status ? "ExitBootServices failed\r\n" : "\r\nbehind ExitBootServices\r\n");
#ifdef __aarch64__
  say(isHandlerFree() ? "the handler is free\r\n" : "the handler is taken\r\n");
  say(isMapped(0) ? "page zero is mapped\r\n" : "page zero is not mapped\r\n");
  say(readOnlyPages() ? "pages are read-only\r\n" : "all pages can be written\r\n");
#endif
  table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, 0);
  return status;
}
