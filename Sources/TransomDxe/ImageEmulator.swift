import CTransomDxe
import CUEFI
import Shim

/// EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL for x64: how the firmware hands images over.
///
/// EDK2's core keeps every instance it has ever seen, uninstalled or not (MdeModulePkg, Core/Dxe,
/// Image.c). So the instance is memory of its own that is never freed, and when the driver goes,
/// its functions become three instructions in a page of their own that say no.
struct ImageEmulator {
  private let instance: UnsafeMutablePointer<EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL>

  /// Nil if there is no memory.
  init?(_ firmware: Firmware) {
    var memory: UnsafeMutableRawPointer?
    let size = MemoryLayout<EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL>.size
    guard
      firmware.boot.pointee.AllocatePool(UInt32(EfiBootServicesData), UINTN(size), &memory)
        == EFI_SUCCESS,
      let memory
    else { return nil }
    instance = memory.bindMemory(to: EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL.self, capacity: 1)
    instance.initialize(
      to: EDKII_PECOFF_IMAGE_EMULATOR_PROTOCOL(
        IsImageSupported: { _, type, _ in
          // Runtime drivers would have to survive SetVirtualAddressMap: those are refused.
          type == 10 || type == 11 ? 1 : 0
        },
        RegisterImage: { _, base, size, _ in
          guarded { driver in driver.register(base: base, size: size) }
        },
        UnregisterImage: { _, base in
          guarded { driver in driver.unregister(base: base) }
        },
        Version: UInt32(EDKII_PECOFF_IMAGE_EMULATOR_VERSION),
        MachineType: UInt16(IMAGE_FILE_MACHINE_X64)))
  }

  func install(_ firmware: Firmware) -> EFI_STATUS {
    firmware.install(GUIDs.imageEmulator, instance, on: firmware.image)
  }

  /// False if there is no page for what stays; then nothing has changed.
  func retire(_ firmware: Firmware, _ protection: MemoryProtection) -> Bool {
    var page: UInt64 = 0
    guard
      firmware.boot.pointee.AllocatePages(
        UInt32(AllocateAnyPages), UInt32(EfiBootServicesCode), 1, &page) == EFI_SUCCESS,
      let code = UnsafeMutablePointer<UInt32>(bitPattern: UInt(page))
    else { return false }
    code[0] = 0xd280_0000  // mov x0, #0
    code[1] = 0xd65f_03c0  // ret
    _ = protection.set(TranslationTables.Attribute.readOnly, page, 4096)
    transomSynchronizeInstructions(page, 8)
    firmware.uninstall(GUIDs.imageEmulator, instance, from: firmware.image)
    // FALSE for the first; the others are never asked about an image that is not supported.
    let words = UnsafeMutableRawPointer(instance).assumingMemoryBound(to: UInt64.self)
    for index in 0..<3 { words[index] = page }
    return true
  }
}

extension Driver {
  /// All or nothing. A range that overlaps one that was never given back, because its image failed
  /// in a way the firmware did not report, takes its place.
  func register(base: UInt64, size: UInt64) -> EFI_STATUS {
    host.trapIfTested(.registration)
    for _ in 0..<8 {
      do throws(RegistrationError) {
        try shim.register(base: base, size: size, name: 0)
        host.state.pointee.lowAccess.toldImage = ~0
        if options.isVerbose {
          var line = Line("Transom: x64 image ")
          host.imageName(at: base, &line)
          line.add(" at ")
          line.add(address: base)
          line.add(", ")
          line.add(decimal: size)
          line.add(" bytes")
          console.print(line)
        }
        return EFI_SUCCESS
      } catch {
        guard case .overlaps(let stale) = error else {
          return report(error, base: base, size: size)
        }
        _ = unregister(base: stale)
      }
    }
    return EFI_OUT_OF_RESOURCES
  }

  private func report(_ error: RegistrationError, base: UInt64, size: UInt64) -> EFI_STATUS {
    var line = Line("Transom: cannot take the x64 image at ")
    line.add(address: base)
    line.add(": ")
    var status = EFI_OUT_OF_RESOURCES
    switch error {
    case .badRange:
      line.add("its size is wrong")
      status = EFI_INVALID_PARAMETER
    case .overlaps: line.add("it overlaps another")
    case .tooManyImages: line.add("there are too many images")
    case .tooManyPages: line.add("there are too many pages")
    case .cannotProtect(let address):
      line.add("the page at ")
      line.add(address: address)
      line.add(" cannot be protected")
      status = EFI_DEVICE_ERROR
    case .notRegistered: line.add("it is not registered")
    }
    console.print(line)
    return status
  }

  /// The firmware also unregisters images that it never registered, because it never started them.
  func unregister(base: UInt64) -> EFI_STATUS {
    let image = shim.image(at: base)
    do throws(RegistrationError) {
      if let image, image.base == base { closeEvents(of: base, size: image.size) }
      try shim.unregister(base: base)
      if let image { host.state.pointee.former.add(base: base, size: image.size) }
      return EFI_SUCCESS
    } catch {
      return EFI_NOT_FOUND
    }
  }
}
