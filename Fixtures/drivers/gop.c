// A graphics driver for the Bochs display (PCI 1234:1111): DriverBinding, and a GraphicsOutput on
// the controller's handle whose Blt works on the frame buffer by CPU accesses.
#include "efi.h"

static const Guid bindingProtocol = DRIVER_BINDING_GUID;
static const Guid pciProtocol = PCI_IO_GUID;
static const Guid graphicsProtocol = GRAPHICS_OUTPUT_GUID;

static BootServices *boot;
static PciIo *pci;
static GraphicsOutput graphics;
static GraphicsState state;
static GraphicsMode current;

static const struct {
  uint16_t width, height;
} sizes[] = {{640, 480}, {800, 600}, {1024, 768}, {1280, 800}};
enum { modes = sizeof sizes / sizeof sizes[0] };

// The dispi registers stand in BAR 2 from 0x500 on, 16 bits each.
static Status dispi(uint16_t index, uint16_t value) {
  return pci->MemWrite(pci, 1, 2, 0x500 + index * 2, 1, &value);
}

static void describe(uint32_t mode, GraphicsMode *info) {
  info->version = 0;
  info->width = sizes[mode].width;
  info->height = sizes[mode].height;
  info->pixelFormat = 1;  // blue, green, red, reserved
  info->redMask = info->greenMask = info->blueMask = info->reservedMask = 0;
  info->pixelsPerScanLine = info->width;
}

static Status queryMode(
    GraphicsOutput *self, uint32_t mode, uint64_t *size, GraphicsMode **info) {
  (void)self;
  if (mode >= modes || !size || !info) return INVALID_PARAMETER;
  Status status = boot->AllocatePool(4, 36, (void **)info);
  if (status) return status;
  GraphicsMode described;
  describe(mode, &described);
  boot->CopyMem(*info, &described, 36);
  *size = 36;
  return SUCCESS;
}

static Status setMode(GraphicsOutput *self, uint32_t mode) {
  (void)self;
  if (mode >= modes) return UNSUPPORTED;
  Status status = 0;
  status |= dispi(4, 0);
  status |= dispi(1, sizes[mode].width);
  status |= dispi(2, sizes[mode].height);
  status |= dispi(3, 32);
  status |= dispi(5, 0);
  status |= dispi(6, sizes[mode].width);
  status |= dispi(7, sizes[mode].height);
  status |= dispi(8, 0);
  status |= dispi(9, 0);
  status |= dispi(4, 0x41);
  // The VGA attribute controller's blanking, which keeps the picture dark until it is lifted.
  uint8_t unblank = 0x20;
  status |= pci->MemWrite(pci, 0, 2, 0x400, 1, &unblank);
  if (status) return DEVICE_ERROR;
  describe(mode, &current);
  state.mode = mode;
  state.frameBufferSize = (uint64_t)current.width * current.height * 4;
  volatile uint32_t *pixel = (volatile uint32_t *)state.frameBufferBase;
  for (uint64_t i = 0; i < state.frameBufferSize / 4; i++) pixel[i] = 0;
  return SUCCESS;
}

static int fits(uint64_t start, uint64_t count, uint64_t whole) {
  return start <= whole && count <= whole - start;
}

static Status blt(
    GraphicsOutput *self, uint32_t *buffer, uint32_t operation, uint64_t sourceX,
    uint64_t sourceY, uint64_t destinationX, uint64_t destinationY, uint64_t width,
    uint64_t height, uint64_t delta) {
  (void)self;
  uint64_t screenWidth = current.width, screenHeight = current.height;
  volatile uint32_t *screen = (volatile uint32_t *)state.frameBufferBase;
  if (operation > 3 || !width || !height) return INVALID_PARAMETER;
  if (operation != 3 && !buffer) return INVALID_PARAMETER;
  int fromScreen = operation == 1 || operation == 3;
  if (fromScreen &&
      (!fits(sourceX, width, screenWidth) || !fits(sourceY, height, screenHeight)))
    return INVALID_PARAMETER;
  if (operation != 1 && (!fits(destinationX, width, screenWidth) ||
                         !fits(destinationY, height, screenHeight)))
    return INVALID_PARAMETER;
  uint64_t line = delta ? delta / 4 : width;
  for (uint64_t row = 0; row < height; row++) {
    // Screen to screen may overlap: upwards when the destination is lower.
    uint64_t y = operation == 3 && destinationY > sourceY ? height - 1 - row : row;
    for (uint64_t column = 0; column < width; column++) {
      uint64_t x = operation == 3 && destinationX > sourceX ? width - 1 - column : column;
      volatile uint32_t *to = screen + (destinationY + y) * screenWidth + destinationX + x;
      volatile uint32_t *from = screen + (sourceY + y) * screenWidth + sourceX + x;
      switch (operation) {
        case 0: *to = buffer[0]; break;
        case 1: buffer[(destinationY + y) * line + destinationX + x] = *from; break;
        case 2: *to = buffer[(sourceY + y) * line + sourceX + x]; break;
        default: *to = *from; break;
      }
    }
  }
  return SUCCESS;
}

static Status supported(DriverBinding *self, Handle controller, void *remaining) {
  (void)remaining;
  PciIo *io = 0;
  Status status = boot->OpenProtocol(
      controller, &pciProtocol, (void **)&io, self->driverBindingHandle, controller, 0x10);
  if (status) return status;
  uint32_t identity = 0;
  status = io->Read(io, 2, 0, 1, &identity);
  boot->CloseProtocol(controller, &pciProtocol, self->driverBindingHandle, controller);
  if (status) return status;
  return identity == 0x11111234 ? SUCCESS : UNSUPPORTED;
}

static Status start(DriverBinding *self, Handle controller, void *remaining) {
  (void)remaining;
  Status status = boot->OpenProtocol(
      controller, &pciProtocol, (void **)&pci, self->driverBindingHandle, controller, 0x10);
  if (status) return status;
  void *resources = 0;
  // 2: enable; memory space and bus mastering.
  status = pci->Attributes(pci, 2, 0x600, 0);
  if (!status) status = pci->GetBarAttributes(pci, 0, 0, &resources);
  if (!status) {
    // A QWORD address space descriptor (ACPI 6.5, 6.4.3.5.1): the minimum stands at byte 14.
    copyBytes(&state.frameBufferBase, (uint8_t *)resources + 14, 8);
    boot->FreePool(resources);
    state.maxMode = modes;
    state.info = &current;
    state.sizeOfInfo = 36;
    graphics.QueryMode = queryMode;
    graphics.SetMode = setMode;
    graphics.Blt = blt;
    graphics.state = &state;
    status = setMode(&graphics, 0);
  }
  if (!status)
    status = boot->InstallProtocolInterface(&controller, &graphicsProtocol, 0, &graphics);
  if (status)
    boot->CloseProtocol(controller, &pciProtocol, self->driverBindingHandle, controller);
  return status;
}

static Status stop(DriverBinding *self, Handle controller, uint64_t count, Handle *children) {
  (void)count;
  (void)children;
  Status status = boot->UninstallMultipleProtocolInterfaces(
      controller, &graphicsProtocol, &graphics, (void *)0);
  if (status) return status;
  return boot->CloseProtocol(controller, &pciProtocol, self->driverBindingHandle, controller);
}

static DriverBinding binding;

Status efiMain(Handle image, SystemTable *system) {
  boot = system->boot;
  binding.Supported = supported;
  binding.Start = start;
  binding.Stop = stop;
  binding.version = 0x10;
  binding.image = binding.driverBindingHandle = image;
  return boot->InstallProtocolInterface(&image, &bindingProtocol, 0, &binding);
}

RELOCATED(efiMain)
