// Exercises every boot service an application can, and says only what must be the same on every
// machine: statuses, contents, orders of events. Its output under x64 firmware is the expectation.
#include "guest.h"

#define GUID(n) \
  { 0x51c0de00 + n, 0x1234, 0x4567, { 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67 } }

static EFI_GUID first = GUID(1), second = GUID(2), third = GUID(3), group = GUID(4);
static EFI_GUID loadedImage = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static EFI_GUID bindingGuid = {
    0x18a031ab, 0xb443, 0x4d1a, {0xa5, 0xc0, 0x0c, 0x09, 0x26, 0x1e, 0x9f, 0x71}};
static char interfaces[4][16];
static uint64_t notified[8];

static void notify(EFI_EVENT event, void *context) { notified[(uint64_t)context]++; }

// MARK: Memory

static void memory(void) {
  EFI_PHYSICAL_ADDRESS pages = 0;
  report("AllocatePages", BS->AllocatePages(AllocateAnyPages, EfiLoaderData, 3, &pages));
  report(" aligned", pages & 4095);
  uint64_t *words = (uint64_t *)pages;
  for (int n = 0; n < 1536; n++) words[n] = n * 0x0101010101010101ull;
  uint64_t sum = 0;
  for (int n = 0; n < 1536; n++) sum += words[n];
  report(" sum", sum);
  report("FreePages", BS->FreePages(pages, 3));
  pages = 0x1001;
  report("AllocatePages misaligned", BS->AllocatePages(AllocateAddress, EfiLoaderData, 1, &pages));
  report("AllocatePages bad type", BS->AllocatePages(17, EfiLoaderData, 1, &pages));
  void *pool = 0;
  report("AllocatePool", BS->AllocatePool(EfiLoaderData, 1000, &pool));
  BS->SetMem(pool, 1000, 0x5a);
  report(" SetMem", ((uint8_t *)pool)[999]);
  BS->CopyMem((uint8_t *)pool + 1, pool, 999);
  ((uint8_t *)pool)[0] = 1;
  BS->CopyMem((uint8_t *)pool + 8, pool, 16);
  report(" CopyMem", ((uint8_t *)pool)[8]);
  report("FreePool", BS->FreePool(pool));
  report("FreePool null", BS->FreePool(0));
  UINTN size = 0, key = 0, stride = 0;
  uint32_t version = 0;
  report("GetMemoryMap small", BS->GetMemoryMap(&size, 0, &key, &stride, &version));
  report(" version", version);
  size += 4096;
  BS->AllocatePool(EfiLoaderData, size, &pool);
  report("GetMemoryMap", BS->GetMemoryMap(&size, pool, &key, &stride, &version));
  int found = 0;
  for (UINTN at = 0; at < size; at += stride) {
    EFI_MEMORY_DESCRIPTOR *d = (void *)((uint8_t *)pool + at);
    uint64_t here = (uint64_t)&found;
    if (here - d->PhysicalStart < d->NumberOfPages * 4096) found++;
  }
  report(" rows with the stack", found);
  BS->FreePool(pool);
}

// MARK: Events

static void events(void) {
  EFI_EVENT event = 0, timer = 0, wait[2];
  UINTN index = 9;
  report("CreateEvent", BS->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, (void *)1, &event));
  EFI_TPL old = BS->RaiseTPL(TPL_NOTIFY);
  report("RaiseTPL from", old);
  BS->SignalEvent(event);
  report(" signalled, held", notified[1]);
  BS->RestoreTPL(old);
  report(" restored", notified[1]);
  report("CloseEvent", BS->CloseEvent(event));
  report("CreateEvent bad", BS->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, 0, 0, &event));

  report("timer", BS->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, notify, (void *)2, &timer));
  report("SetTimer", BS->SetTimer(timer, TimerPeriodic, 100000));
  // Code that waits for what an event changes, without calling anybody.
  volatile uint64_t *ticks = &notified[2];
  while (*ticks < 5) {
  }
  report(" spun until", 5);
  report("SetTimer cancel", BS->SetTimer(timer, TimerCancel, 0));
  BS->CloseEvent(timer);

  BS->CreateEvent(EVT_TIMER, TPL_CALLBACK, 0, 0, &wait[0]);
  BS->CreateEvent(EVT_TIMER, TPL_CALLBACK, 0, 0, &wait[1]);
  BS->SetTimer(wait[1], TimerRelative, 50000);
  report("CheckEvent early", BS->CheckEvent(wait[0]));
  report("WaitForEvent", BS->WaitForEvent(2, wait, &index));
  report(" index", index);
  BS->SignalEvent(wait[0]);
  report("CheckEvent", BS->CheckEvent(wait[0]));
  BS->CloseEvent(wait[0]);
  BS->CloseEvent(wait[1]);

  EFI_EVENT members[2];
  report("CreateEventEx",
      BS->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, (void *)3, &group, &members[0]));
  BS->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, (void *)3, &group, &members[1]);
  BS->SignalEvent(members[0]);
  report(" group notified", notified[3]);
  BS->CloseEvent(members[0]);
  BS->CloseEvent(members[1]);
  report("Stall", BS->Stall(100));
  report("SetWatchdogTimer", BS->SetWatchdogTimer(0, 0, 0, 0));
  uint64_t count = 0, next = 0;
  report("GetNextMonotonicCount", BS->GetNextMonotonicCount(&count));
  BS->GetNextMonotonicCount(&next);
  report(" difference", next - count);
}

// MARK: Protocols

static void protocols(void) {
  EFI_HANDLE handle = 0, *buffer = 0;
  EFI_EVENT event = 0;
  void *registration = 0, *interface = 0;
  UINTN count = 0, size = 0;
  BS->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, notify, (void *)4, &event);
  report("RegisterProtocolNotify", BS->RegisterProtocolNotify(&first, event, &registration));
  report("InstallProtocolInterface",
      BS->InstallProtocolInterface(&handle, &first, EFI_NATIVE_INTERFACE, interfaces[0]));
  report(" notified", notified[4]);
  report("LocateHandle by registration",
      BS->LocateHandle(ByRegisterNotify, 0, registration, &size, 0));
  BS->CloseEvent(event);
  report("install twice",
      BS->InstallProtocolInterface(&handle, &first, EFI_NATIVE_INTERFACE, interfaces[0]));
  report("HandleProtocol", BS->HandleProtocol(handle, &first, &interface));
  report(" interface", interface == interfaces[0]);
  report("Reinstall", BS->ReinstallProtocolInterface(handle, &first, interfaces[0], interfaces[1]));
  report("LocateProtocol", BS->LocateProtocol(&first, 0, &interface));
  report(" interface", interface == interfaces[1]);
  EFI_STATUS (*install)(EFI_HANDLE *, ...) = BS->InstallMultipleProtocolInterfaces;
  EFI_STATUS (*uninstall)(EFI_HANDLE, ...) = BS->UninstallMultipleProtocolInterfaces;
  report("InstallMultiple",
      install(&handle, &second, interfaces[2], &third, interfaces[3], (void *)0));
  report("OpenProtocol",
      BS->OpenProtocol(handle, &second, &interface, self, handle, EFI_OPEN_PROTOCOL_BY_DRIVER));
  report("OpenProtocol again",
      BS->OpenProtocol(handle, &second, &interface, self, handle, EFI_OPEN_PROTOCOL_BY_DRIVER));
  EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries = 0;
  report("OpenProtocolInformation", BS->OpenProtocolInformation(handle, &second, &entries, &count));
  report(" entries", count);
  report(" agent", entries[0].AgentHandle == self);
  BS->FreePool(entries);
  report("CloseProtocol", BS->CloseProtocol(handle, &second, self, handle));
  EFI_GUID **guids = 0;
  report("ProtocolsPerHandle", BS->ProtocolsPerHandle(handle, &guids, &count));
  report(" protocols", count);
  BS->FreePool(guids);
  report("LocateHandleBuffer", BS->LocateHandleBuffer(ByProtocol, &third, 0, &count, &buffer));
  report(" handles", count);
  report(" is ours", buffer[0] == handle);
  BS->FreePool(buffer);
  report("UninstallMultiple",
      uninstall(handle, &second, interfaces[2], &third, interfaces[3], (void *)0));
  report("Uninstall", BS->UninstallProtocolInterface(handle, &first, interfaces[1]));
  report("LocateProtocol gone", BS->LocateProtocol(&first, 0, &interface));
  report("HandleProtocol bad", BS->HandleProtocol(0, &first, &interface));
}

// MARK: Drivers

static uint64_t supportedCalls, startCalls, stopCalls;
static EFI_STATUS supported(EFI_DRIVER_BINDING_PROTOCOL *this, EFI_HANDLE controller,
    EFI_DEVICE_PATH_PROTOCOL *remaining) {
  void *interface;
  supportedCalls++;
  EFI_STATUS status = BS->OpenProtocol(
      controller, &second, &interface, this->DriverBindingHandle, controller,
      EFI_OPEN_PROTOCOL_BY_DRIVER);
  if (status) return status;
  BS->CloseProtocol(controller, &second, this->DriverBindingHandle, controller);
  return EFI_SUCCESS;
}
static EFI_STATUS start(EFI_DRIVER_BINDING_PROTOCOL *this, EFI_HANDLE controller,
    EFI_DEVICE_PATH_PROTOCOL *remaining) {
  void *interface;
  startCalls++;
  return BS->OpenProtocol(
      controller, &second, &interface, this->DriverBindingHandle, controller,
      EFI_OPEN_PROTOCOL_BY_DRIVER);
}
static EFI_STATUS stop(EFI_DRIVER_BINDING_PROTOCOL *this, EFI_HANDLE controller, UINTN count,
    EFI_HANDLE *children) {
  stopCalls++;
  return BS->CloseProtocol(controller, &second, this->DriverBindingHandle, controller);
}
static EFI_DRIVER_BINDING_PROTOCOL binding = {supported, start, stop, 0x10};

static void drivers(void) {
  EFI_HANDLE controller = 0, driver = 0, list[2];
  BS->InstallProtocolInterface(&controller, &second, EFI_NATIVE_INTERFACE, interfaces[2]);
  binding.ImageHandle = self;
  BS->InstallProtocolInterface(&driver, &bindingGuid, EFI_NATIVE_INTERFACE, &binding);
  binding.DriverBindingHandle = driver;
  list[0] = driver;
  list[1] = 0;
  report("ConnectController", BS->ConnectController(controller, list, 0, 0));
  report(" supported", supportedCalls > 0);
  report(" started", startCalls);
  report("DisconnectController", BS->DisconnectController(controller, 0, 0));
  report(" stopped", stopCalls);
  BS->UninstallProtocolInterface(driver, &bindingGuid, &binding);
  BS->UninstallProtocolInterface(controller, &second, interfaces[2]);
}

// MARK: The rest

static void others(void) {
  uint32_t crc = 0;
  report("CalculateCrc32", BS->CalculateCrc32("123456789", 9, &crc));
  report(" crc", crc);
  EFI_LOADED_IMAGE_PROTOCOL *image = 0;
  report("LoadedImage", BS->HandleProtocol(self, &loadedImage, (void **)&image));
  report(" code type", image->ImageCodeType);
  report(" mine", (uint64_t)others - (uint64_t)image->ImageBase < image->ImageSize);
  EFI_HANDLE handle = 0;
  report("LoadImage of nonsense", BS->LoadImage(0, self, 0, interfaces, 16, &handle));
  report("StartImage of nothing", BS->StartImage(0, 0, 0));
  report("UnloadImage of nothing", BS->UnloadImage(0));
  EFI_GUID table = GUID(5);
  report("InstallConfigurationTable", BS->InstallConfigurationTable(&table, interfaces[0]));
  report(" removed", BS->InstallConfigurationTable(&table, 0));
  EFI_TIME time;
  report("GetTime", ST->RuntimeServices->GetTime(&time, 0));
  CHAR16 name[] = {'T', 'e', 's', 't', 0};
  uint32_t attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS;
  report("SetVariable", ST->RuntimeServices->SetVariable(name, &first, attributes, 4, "abc"));
  char value[8];
  UINTN size = 8;
  report("GetVariable", ST->RuntimeServices->GetVariable(name, &first, &attributes, &size, value));
  report(" size", size);
  report(" content", value[2]);
  report("SetVariable, delete", ST->RuntimeServices->SetVariable(name, &first, 0, 0, 0));
}

EFI_STATUS efiMain(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table) {
  begin(handle, table);
  print("services: begin\n");
  memory();
  events();
  protocols();
  drivers();
  others();
  print("services: end\n");
  BS->Exit(self, EFI_SUCCESS, 0, 0);
  print("services: behind Exit\n");
  return EFI_ABORTED;
}
