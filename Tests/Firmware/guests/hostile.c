// What goes wrong in guests, one thing for each word on the command line. Whatever it is, the
// machine must live, and say what and where.
#include "guest.h"

static EFI_GUID loadedImage = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static volatile uint64_t ticks;
static void tick(EFI_EVENT event, void *context) { ticks++; }

__attribute__((noinline)) static uint64_t recurse(uint64_t n) {
  volatile uint64_t space[64];
  space[n & 63] = n;
  return opaque(1) ? recurse(n + 1) + space[n & 63] : 0;
}

static void spin(void) {
  EFI_EVENT timer;
  BS->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, tick, 0, &timer);
  BS->SetTimer(timer, TimerPeriodic, 100000);
  for (;;) __asm__ volatile("");
}

// mov eax, imm32; ret
static void assemble(void *at, uint32_t value) {
  uint8_t *code = at;
  code[0] = 0xb8;
  for (int n = 0; n < 4; n++) code[1 + n] = (uint8_t)(value >> 8 * n);
  code[5] = 0xc3;
}
static uint64_t call(void *code) { return ((uint64_t(*)(void))code)(); }

static void made(void) {
  EFI_PHYSICAL_ADDRESS pages = 0;
  BS->AllocatePages(AllocateAnyPages, EfiBootServicesCode, 1, &pages);
  assemble((void *)pages, 0x111);
  report("code in pages", call((void *)pages));
  assemble((void *)pages, 0x222);
  report("changed by a store", call((void *)pages));
  uint8_t other[6];
  assemble(other, 0x333);
  BS->CopyMem((void *)pages, other, 6);
  report("changed by CopyMem", call((void *)pages));
  BS->SetMem((void *)pages, 1, 0xb8);
  BS->SetMem((void *)(pages + 1), 4, 0x44);
  report("changed by SetMem", call((void *)pages));
  report("FreePages", BS->FreePages(pages, 1));
  void *pool = 0;
  BS->AllocatePool(EfiBootServicesCode, 64, &pool);
  assemble(pool, 0x555);
  report("code in pool", call(pool));
  BS->FreePool(pool);
  BS->AllocatePool(EfiBootServicesData, 64, &pool);
  assemble(pool, 0x666);
  report("code in data pool", call(pool));
  BS->FreePool(pool);
  // Called back by native code, into memory the guest allocated.
  BS->AllocatePages(AllocateAnyPages, EfiBootServicesCode, 1, &pages);
  assemble((void *)pages, 0x777);
  EFI_EVENT event;
  BS->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, (EFI_EVENT_NOTIFY)pages, 0, &event);
  report("event into pages", BS->SignalEvent(event));
  BS->CloseEvent(event);
  BS->FreePages(pages, 1);
}

// MARK: Jumps over native frames

static uint64_t place[5];
__attribute__((naked, noinline)) static uint64_t mark(uint64_t *frame) {
  __asm__(
      "movq %rbx, (%rcx)\n movq %rbp, 8(%rcx)\n leaq 8(%rsp), %rdx\n movq %rdx, 16(%rcx)\n"
      "movq (%rsp), %rdx\n movq %rdx, 24(%rcx)\n movq %rsi, 32(%rcx)\n xorl %eax, %eax\n ret");
}
__attribute__((naked, noinline, noreturn)) static void jump(uint64_t *frame) {
  __asm__(
      "movq (%rcx), %rbx\n movq 8(%rcx), %rbp\n movq 16(%rcx), %rsp\n movq 32(%rcx), %rsi\n"
      "movl $1, %eax\n jmp *24(%rcx)");
}
static void jumpOut(EFI_EVENT event, void *context) { jump(place); }

static void jumps(void) {
  EFI_EVENT event;
  BS->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, jumpOut, 0, &event);
  volatile uint64_t done = 0;
  mark(place);
  if (done < 10000) {
    done++;
    // The level that the jump leaves was raised by the event.
    BS->RaiseTPL(TPL_HIGH_LEVEL);
    BS->RestoreTPL(TPL_APPLICATION);
    BS->SignalEvent(event);
    print("an event was lost\n");
  }
  BS->RaiseTPL(TPL_HIGH_LEVEL);
  BS->RestoreTPL(TPL_APPLICATION);
  BS->CloseEvent(event);
  report("jumps", done);
}

// MARK: Nesting: LoadImage asks a device for the file, and the device asks LoadImage

static EFI_GUID loadFileGuid = {
    0x56ec3091, 0x954c, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static EFI_GUID devicePathGuid = {
    0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static uint64_t depth, deepest;
static struct {
  VENDOR_DEVICE_PATH vendor;
  EFI_DEVICE_PATH_PROTOCOL end;
} path = {
    {{1, 4, {20, 0}}, {0x51c0de09, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}}}, {0x7f, 0xff, {4, 0}}};

static EFI_STATUS loadFile(EFI_LOAD_FILE_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *file,
    BOOLEAN policy, UINTN *size, void *buffer) {
  if (depth > deepest) deepest = depth;
  if (depth < 200) {
    depth++;
    EFI_HANDLE image = 0;
    BS->LoadImage(0, self, &path.vendor.Header, 0, 0, &image);
    depth--;
  }
  return EFI_NOT_FOUND;
}
static EFI_LOAD_FILE_PROTOCOL loader = {loadFile};

static void nesting(void) {
  EFI_HANDLE handle = 0, image = 0;
  EFI_STATUS (*install)(EFI_HANDLE *, ...) = BS->InstallMultipleProtocolInterfaces;
  EFI_STATUS (*uninstall)(EFI_HANDLE, ...) = BS->UninstallMultipleProtocolInterfaces;
  install(&handle, &devicePathGuid, &path, &loadFileGuid, &loader, (void *)0);
  report("LoadImage", BS->LoadImage(0, self, &path.vendor.Header, 0, 0, &image));
  uninstall(handle, &devicePathGuid, &path, &loadFileGuid, &loader, (void *)0);
  report("nested", deepest);
}

EFI_STATUS efiMain(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table) {
  begin(handle, table);
  EFI_LOADED_IMAGE_PROTOCOL *image = 0;
  BS->HandleProtocol(self, &loadedImage, (void **)&image);
  const CHAR16 *options = image->LoadOptions;
  uint64_t size = image->LoadOptionsSize;
#define IF(word) if (wants(options, size, word))
  IF("null-read") report("null-read", *(volatile uint64_t *)opaque(0x18));
  IF("null-write") *(volatile uint64_t *)opaque(0x20) = 1;
  IF("null-call") call((void *)opaque(0));
  IF("wild-read") report("wild-read", *(volatile uint64_t *)opaque(0x123456789000));
  IF("wild-write") *(volatile uint64_t *)opaque(0xdead000000000000) = 1;
  IF("wild-call") call((void *)opaque(0x123456789000));
  IF("unsupported") __asm__ volatile("vaddps %ymm0, %ymm1, %ymm2");
  IF("ud2") __asm__ volatile("ud2");
  IF("int3") __asm__ volatile("int3");
  IF("divide") __asm__ volatile("xorl %%ecx, %%ecx\n divl %%ecx" ::: "eax", "ecx", "edx");
  IF("rdrand") {
    uint32_t a = 1, b, c, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    report("rdrand offered", c >> 30 & 1);
    uint8_t carry;
    uint64_t number = 1;
    __asm__ volatile("stc\n rdrand %1\n setc %0" : "=r"(carry), "+r"(number)::"cc");
    report("rdrand", carry);
    report("rdrand's number", number);
  }
  IF("rdtsc") {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    report("rdtsc", low + high > 0);
  }
  IF("stack") report("stack", recurse(opaque(0)));
  IF("spin") spin();
  IF("assert") {
    print("ASSERT guest.c(1): FALSE\n");
    for (volatile uint64_t index = 0; index == 0;) __asm__ volatile("pause");
  }
  IF("raise") {
    BS->RaiseTPL(TPL_NOTIFY);
    return EFI_SUCCESS;
  }
  IF("raise-and-fault") {
    BS->RaiseTPL(TPL_NOTIFY);
    __asm__ volatile("ud2");
  }
  IF("made") made();
  IF("jumps") jumps();
  IF("nesting") nesting();
  report("hostile: done, ticks", ticks > 0);
  return EFI_SUCCESS;
}
