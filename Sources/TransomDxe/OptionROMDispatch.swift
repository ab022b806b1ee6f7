import CUEFI
import OptionROM
import Shim

// What the PCI bus driver did not do when it met these ROMs, because nothing could run them then:
// load the x64 driver in each, start it, and connect it to its card (UEFI 2.10, 14.4.2).

extension Driver {
  /// Every card with a ROM that only x64 code can drive.
  func dispatchOptionROMs() {
    var cards: [EFI_HANDLE] = []
    firmware.forEachHandle(with: GUIDs.pciIo) { cards.append($0) }
    var started: [(card: EFI_HANDLE, image: EFI_HANDLE)] = []
    for card in cards {
      // A ROM that traps something in us must not take the other cards with it.
      protected {
        if let image = self.dispatch(card) { started.append((card, image)) }
      }
    }
    for (card, image) in started {
      protected { self.connect(card, to: image) }
    }
  }

  /// Starts the driver in a card's ROM. Nil if there is none to start, or it failed; then it has
  /// been said.
  private func dispatch(_ card: EFI_HANDLE) -> EFI_HANDLE? {
    guard let io = firmware.interface(on: card, GUIDs.pciIo, as: EFI_PCI_IO_PROTOCOL.self),
      let image = io.pointee.RomImage, io.pointee.RomSize > 0, io.pointee.RomSize <= 16 << 20
    else { return nil }
    let location = PCILocation(io)
    let bytes = [UInt8](
      UnsafeRawBufferPointer(start: image, count: Int(io.pointee.RomSize)))
    let rom: OptionROM
    do throws(OptionROMError) {
      rom = try OptionROM(parsing: bytes)
    } catch {
      say(location, error)
      return nil
    }
    let selection = ImageSelection(from: rom)
    guard selection.way == .translated, let index = selection.image else {
      if selection.way == .none || options.isVerbose {
        say(location) { line in
          line.add(text: [UInt8](selection.reason.utf8))
        }
      }
      return nil
    }
    let payload: OptionROM.Payload
    do throws(OptionROMError) {
      payload = try rom.payload(of: index)
    } catch {
      say(location, error)
      return nil
    }
    return load(payload.bytes, from: rom.images[index], of: card, at: location)
  }

  private func load(
    _ driver: [UInt8], from image: OptionROM.Image, of card: EFI_HANDLE, at location: PCILocation
  ) -> EFI_HANDLE? {
    guard
      let path = firmware.interface(
        on: card, GUIDs.devicePath, as: EFI_DEVICE_PATH_PROTOCOL.self)
    else { return nil }
    let full = DevicePath.romImage(
      of: path, first: UInt64(image.offset), last: UInt64(image.end - 1))
    defer { full.deallocate() }
    var handle: EFI_HANDLE?
    let boot = firmware.boot
    var status = driver.withUnsafeBytes {
      boot.pointee.LoadImage(
        0, firmware.image, full.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self),
        UnsafeMutableRawPointer(mutating: $0.baseAddress), UINTN($0.count), &handle)
    }
    guard status == EFI_SUCCESS, let handle else {
      say(location) { line in
        line.add("ROM image at ")
        line.add(address: UInt64(image.offset))
        line.add(" does not load: ")
        line.add(status: status)
      }
      // A security violation leaves an image that may be looked at but not started.
      if status == EFI_SECURITY_VIOLATION, let handle { _ = boot.pointee.UnloadImage(handle) }
      return nil
    }
    status = boot.pointee.StartImage(handle, nil, nil)
    say(location) { line in
      line.add("x64 driver in ROM at ")
      line.add(address: UInt64(image.offset))
      if isError(status) {
        line.add(" failed: ")
        line.add(status: status)
      } else {
        line.add(" started")
      }
    }
    // The firmware has unloaded a driver whose entry point failed.
    guard !isError(status) else { return nil }
    romDrivers.append(handle)
    return handle
  }

  /// Connects a card to the driver from its ROM, which goes before the firmware's own, as it would
  /// have if the bus driver had started it.
  private func connect(_ card: EFI_HANDLE, to image: EFI_HANDLE) {
    guard let io = firmware.interface(on: card, GUIDs.pciIo, as: EFI_PCI_IO_PROTOCOL.self) else {
      return
    }
    let location = PCILocation(io)
    let boot = firmware.boot
    if let other = firmware.driver(of: card, for: GUIDs.pciIo), other != image {
      let base = location.classCode >> 16
      // A disk stays with the driver it has: what runs now may have come from it.
      guard base == 2 || base == 3 else {
        say(location) { $0.add("another driver has the card, and keeps it") }
        return
      }
      release(card)
      guard firmware.driver(of: card, for: GUIDs.pciIo) == nil else {
        say(location) { $0.add("the firmware's driver does not let go of the card") }
        return
      }
    }
    var drivers: (EFI_HANDLE?, EFI_HANDLE?) = (image, nil)
    let status = withUnsafeMutablePointer(to: &drivers) {
      $0.withMemoryRebound(to: EFI_HANDLE?.self, capacity: 2) {
        boot.pointee.ConnectController(card, $0, nil, 1)
      }
    }
    if isError(status) {
      say(location) { line in
        line.add("does not connect: ")
        line.add(status: status)
      }
      // Its former driver, if it had one.
      _ = boot.pointee.ConnectController(card, nil, nil, 1)
    } else if options.isVerbose {
      say(location) { $0.add("connected") }
    }
  }

  /// Parts a card from its driver. Some stacks hold on to a card's children, and so to the card,
  /// unless the children go first.
  private func release(_ card: EFI_HANDLE) {
    let boot = firmware.boot
    if boot.pointee.DisconnectController(card, nil, nil) == EFI_SUCCESS { return }
    firmware.forEachChild(of: card) { _ = boot.pointee.DisconnectController($0, nil, nil) }
    _ = boot.pointee.DisconnectController(card, nil, nil)
  }

  // MARK: Messages

  private func say(_ location: PCILocation, _ what: (inout Line) -> Void) {
    var line = Line("Transom: ")
    location.add(to: &line)
    line.add(": ")
    what(&line)
    console.print(line)
  }

  private func say(_ location: PCILocation, _ error: OptionROMError) {
    say(location) { line in
      line.add("ROM image ")
      line.add(decimal: UInt64(error.image))
      line.add(" at ")
      line.add(address: UInt64(error.offset))
      line.add(": ")
      line.add(text: [UInt8](error.message.utf8))
    }
  }
}
