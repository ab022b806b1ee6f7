// Counts AArch64 instructions, natively: under QEMU with -icount shift=0 the cycle counter counts
// them exactly. Prints `cost NAME COUNT`, the count with one decimal, for each thing a word on the
// command line asks for: `work`, `display`, `network`, `rom`.
#include "cost.h"

#define STATIC_GUID(name, ...) static EFI_GUID name = {__VA_ARGS__}
STATIC_GUID(loadedImage, 0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b});
STATIC_GUID(pciIo, 0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a});
STATIC_GUID(graphics, 0x9042a9de, 0x23dc, 0x4a38, {0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a});
STATIC_GUID(textOutput, 0x387477c2, 0x69c7, 0x11d2, {0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b});
STATIC_GUID(network, 0xa19832b9, 0xac25, 0x11d3, {0x9a, 0x2d, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d});
STATIC_GUID(devicePath, 0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b});

/// UEFI 2.10, 24.1, as far as it is used.
typedef struct SimpleNetwork {
  uint64_t revision;
  EFI_STATUS (*start)(struct SimpleNetwork *);
  EFI_STATUS (*stop)(struct SimpleNetwork *);
  EFI_STATUS (*initialize)(struct SimpleNetwork *, UINTN, UINTN);
  void *others[9];
  EFI_STATUS (*receive)(struct SimpleNetwork *, UINTN *, UINTN *, void *, void *, void *, void *);
} SimpleNetwork;

/// EFI_GRAPHICS_OUTPUT_BLT_OPERATION (UEFI 2.10, 12.9.2.3).
enum { bltFill, bltRead, bltDraw, bltWithin };

// MARK: Counting

static void startCounter(void) {
  __asm__ volatile(
      "mrs x0, pmcr_el0\n orr x0, x0, #1\n msr pmcr_el0, x0\n"
      "mov x0, #0x80000000\n msr pmcntenset_el0, x0\n"
      // Counted at every exception level.
      "mov x0, #0x08000000\n msr pmccfiltr_el0, x0\n isb" ::
          : "x0");
}
static inline uint64_t counter(void) {
  uint64_t value;
  __asm__ volatile("isb\n mrs %0, pmccntr_el0\n isb" : "=r"(value)::"memory");
  return value;
}

/// What was counted between two readings, over so many repetitions.
static void tell(const char *name, uint64_t start, uint64_t end, uint64_t count) {
  uint64_t tenths = ((end - start) * 10 + count / 2) / count;
  char text[24];
  unsigned n = 23;
  text[n] = 0;
  text[--n] = (char)('0' + tenths % 10);
  text[--n] = '.';
  tenths /= 10;
  do {
    text[--n] = (char)('0' + tenths % 10);
    tenths /= 10;
  } while (tenths);
  print("cost ");
  print(name);
  print(" ");
  print(text + n);
  print("\n");
}
#define COUNT(name, count, what)      \
  do {                                \
    uint64_t start_ = counter();      \
    what;                             \
    tell(name, start_, counter(), count); \
  } while (0)

// MARK: Calls and loops

__attribute__((noinline)) static uint64_t back(uint64_t a, uint64_t b) { return b; }

static void countWork(Work *work, const char *names[5]) {
  static uint64_t table[1024];
  // What runs for the first time is translated.
  for (int n = 0; n < 2; n++) {
    work->nothing(0, 0);
    work->calls((uint64_t)back, 10);
    work->xorshift(1, 10);
    work->memory((uint64_t)table, 10);
  }
  uint64_t sum = 0, start = counter();
  for (int n = 0; n < 1000; n++) sum += work->nothing(n, sum);
  tell(names[0], start, counter(), 1000);
  COUNT(names[1], 1000, sum = work->calls((uint64_t)back, 1000));
  if (sum != 1000) print("the calls out gave something wrong\n");
  COUNT(names[2], 100000, work->xorshift(88172645463325252, 100000));
  COUNT(names[3], 100000, work->memory((uint64_t)table, 100000));
}

static void countBoth(void) {
  static const char *foreign[] = {"callback", "call", "xorshift", "memory"};
  static const char *native[] = {
      "native-callback", "native-call", "native-xorshift", "native-memory"};
  EFI_HANDLE *handles = 0;
  UINTN count = 0;
  BS->LocateHandleBuffer(ByProtocol, &workGuid, 0, &count, &handles);
  for (UINTN n = 0; n < count; n++) {
    Work *work = 0;
    BS->HandleProtocol(handles[n], &workGuid, (void **)&work);
    countWork(work, work->isForeign ? foreign : native);
  }
}

// MARK: Cards

/// The PCI function of a class whose ROM, or whose driver on disk, is to be counted.
static EFI_HANDLE card(uint8_t class) {
  EFI_HANDLE *handles = 0;
  UINTN count = 0;
  BS->LocateHandleBuffer(ByProtocol, &pciIo, 0, &count, &handles);
  for (UINTN n = 0; n < count; n++) {
    EFI_PCI_IO_PROTOCOL *io = 0;
    uint8_t found = 0;
    BS->HandleProtocol(handles[n], &pciIo, (void **)&io);
    io->Pci.Read(io, 0, 11, 1, &found);
    if (found == class) return handles[n];
  }
  print("no such card\n");
  return 0;
}

/// Connects a card to the one driver that an image brought.
static void connect(
    const char *name, EFI_HANDLE card, EFI_HANDLE image, BOOLEAN isRecursive) {
  EFI_HANDLE list[] = {image, 0};
  EFI_STATUS status;
  COUNT(name, 1, status = BS->ConnectController(card, list, 0, isRecursive));
  if (status) report("does not connect", status);
}

/// The path of a file beside this one.
static EFI_DEVICE_PATH_PROTOCOL *beside(const char *name) {
  static uint8_t path[512];
  EFI_LOADED_IMAGE_PROTOCOL *image = 0;
  EFI_DEVICE_PATH_PROTOCOL *device = 0;
  BS->HandleProtocol(self, &loadedImage, (void **)&image);
  BS->HandleProtocol(image->DeviceHandle, &devicePath, (void **)&device);
  unsigned n = 0;
  for (uint8_t *from = (uint8_t *)device; from[0] != 0x7f;) {
    unsigned length = from[2] | from[3] << 8;
    for (unsigned k = 0; k < length; k++) path[n++] = from[k];
    from += length;
  }
  unsigned length = 0;
  while (name[length]) length++;
  path[n++] = 4, path[n++] = 4;
  path[n++] = (uint8_t)(4 + 2 * (length + 1)), path[n++] = 0;
  for (unsigned k = 0; k <= length; k++) path[n++] = (uint8_t)name[k], path[n++] = 0;
  path[n++] = 0x7f, path[n++] = 0xff, path[n++] = 4, path[n++] = 0;
  return (EFI_DEVICE_PATH_PROTOCOL *)path;
}

static EFI_HANDLE load(const char *name) {
  EFI_HANDLE image = 0;
  EFI_STATUS status = BS->LoadImage(0, self, beside(name), 0, 0, &image);
  if (status) report("does not load", status);
  return image;
}

static void fill(EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, uint32_t colour) {
  EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixel = (EFI_GRAPHICS_OUTPUT_BLT_PIXEL *)&colour;
  gop->Blt(gop, pixel, bltFill, 0, 0, 0, 0, gop->Mode->Info->HorizontalResolution,
      gop->Mode->Info->VerticalResolution, 0);
}

/// QemuVideoDxe: Start, and what a console does with it. The first of each translates.
static void countDisplay(void) {
  EFI_HANDLE image = load("\\qemuvideo.efi"), *handles = 0;
  EFI_HANDLE display = card(3);
  UINTN count = 0, size = 0;
  BS->StartImage(image, 0, 0);
  BS->DisconnectController(display, 0, 0);
  connect("start", display, image, 1);
  EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = 0;
  EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *text = 0;
  BS->LocateHandleBuffer(ByProtocol, &graphics, 0, &count, &handles);
  for (UINTN n = 0; n < count; n++) {
    EFI_DEVICE_PATH_PROTOCOL *path = 0;
    // The consoles' own handle has none.
    if (BS->HandleProtocol(handles[n], &devicePath, (void **)&path)) continue;
    BS->HandleProtocol(handles[n], &graphics, (void **)&gop);
    BS->HandleProtocol(handles[n], &textOutput, (void **)&text);
  }
  if (!gop || !text) {
    print("no display\n");
    return;
  }
  EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = 0;
  for (uint32_t mode = 0; mode < gop->Mode->MaxMode; mode++) {
    gop->QueryMode(gop, mode, &size, &info);
    if (info->HorizontalResolution == 1280 && info->VerticalResolution == 800)
      gop->SetMode(gop, mode);
  }
  COUNT("querymode", 1, gop->QueryMode(gop, 0, &size, &info));
  uint32_t width = gop->Mode->Info->HorizontalResolution;
  uint32_t height = gop->Mode->Info->VerticalResolution;
  report("pixels", (uint64_t)width << 32 | height);
  EFI_PHYSICAL_ADDRESS buffer = 0;
  BS->AllocatePages(AllocateAnyPages, EfiLoaderData, (uint64_t)width * height / 1024, &buffer);
  EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixels = (void *)buffer;
  for (uint64_t n = 0; n < (uint64_t)width * height; n++) ((uint32_t *)buffer)[n] = (uint32_t)n;
  fill(gop, 0x102030);
  COUNT("fill", 1, fill(gop, 0x405060));
  for (int n = 0; n < 2; n++) {
    uint64_t start = counter();
    gop->Blt(gop, pixels, bltWithin, 0, 19, 0, 0, width, height - 19, 0);
    if (n) tell("scroll", start, counter(), 1);
  }
  for (int n = 0; n < 2; n++) {
    uint64_t start = counter();
    gop->Blt(gop, pixels, bltDraw, 0, 0, 0, 0, width, height, 0);
    if (n) tell("draw", start, counter(), 1);
  }
  for (int n = 0; n < 2; n++) {
    uint64_t start = counter();
    gop->Blt(gop, pixels, bltRead, 0, 0, 0, 0, width, height, 0);
    if (n) tell("read", start, counter(), 1);
  }
  // The text console's own mode follows the resolution only where it set it itself.
  text->ClearScreen(text);
  COUNT("cls", 1, text->ClearScreen(text));
  report("text resolution", (uint64_t)gop->Mode->Info->HorizontalResolution << 32 |
                                gop->Mode->Info->VerticalResolution);
}

/// The firmware's stack must go first: its drivers do not let go of a card whose children they use.
static void disconnectNetwork(EFI_HANDLE nic) {
  EFI_HANDLE *handles = 0;
  UINTN count = 0;
  BS->LocateHandleBuffer(ByProtocol, &network, 0, &count, &handles);
  for (UINTN n = 0; n < count; n++) BS->DisconnectController(handles[n], 0, 0);
  EFI_STATUS status = BS->DisconnectController(nic, 0, 0);
  if (status) report("does not disconnect", status);
}

static void countNetwork(void) {
  EFI_HANDLE image = load("\\ipxe.efi"), *handles = 0;
  EFI_HANDLE nic = card(2);
  UINTN count = 0;
  BS->StartImage(image, 0, 0);
  disconnectNetwork(nic);
  connect("ipxe-cold", nic, image, 0);
  disconnectNetwork(nic);
  connect("ipxe-warm", nic, image, 0);
  BS->LocateHandleBuffer(ByProtocol, &network, 0, &count, &handles);
  SimpleNetwork *snp = 0;
  for (UINTN n = 0; n < count; n++) BS->HandleProtocol(handles[n], &network, (void **)&snp);
  if (!snp) {
    print("no network\n");
    return;
  }
  snp->start(snp);
  snp->initialize(snp, 0, 0);
  static uint8_t packet[2048];
  EFI_STATUS status = 0;
  EFI_TPL old = BS->RaiseTPL(TPL_CALLBACK);
  for (int n = 0; n < 200; n++) {
    UINTN header = 0, size = sizeof packet;
    status = snp->receive(snp, &header, &size, packet, 0, 0, 0);
  }
  uint64_t start = counter();
  for (int n = 0; n < 100; n++) {
    UINTN header = 0, size = sizeof packet;
    status = snp->receive(snp, &header, &size, packet, 0, 0, 0);
  }
  tell("receive", start, counter(), 100);
  BS->RestoreTPL(old);
  report("receive says", status);
}

EFI_STATUS efiMain(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table) {
  begin(handle, table);
  startCounter();
  EFI_LOADED_IMAGE_PROTOCOL *image = 0;
  BS->HandleProtocol(self, &loadedImage, (void **)&image);
  const CHAR16 *options = image->LoadOptions;
  uint64_t size = image->LoadOptionsSize;
  if (wants(options, size, "work")) countBoth();
  if (wants(options, size, "display")) countDisplay();
  if (wants(options, size, "network")) countNetwork();
  if (wants(options, size, "rom")) {
    EFI_HANDLE driver = load("\\TransomDxe.efi");
    COUNT("rom", 1, BS->StartImage(driver, 0, 0));
  }
  return EFI_SUCCESS;
}
