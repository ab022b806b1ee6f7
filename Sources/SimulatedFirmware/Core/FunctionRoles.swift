import CUEFI

/// What the firmware knows of functions that drivers gave it, for traces.
extension Firmware {
  public enum FunctionRole: Sendable { case entryPoint, unload, notify }

  /// Why the firmware would call an address: it is an image's entry point or unload function, or an
  /// event's notify function. Nil for any other.
  public func role(of function: UInt64) -> FunctionRole? {
    if let role = images.role(of: function) { return role }
    return events.isNotifyFunction(function) ? .notify : nil
  }
}

extension ImageService {
  func role(of function: UInt64) -> Firmware.FunctionRole? {
    for image in images.values where function != 0 {
      if image.entry == function { return .entryPoint }
      if unsafeBitCast(image.information.pointee.Unload, to: UInt64.self) == function {
        return .unload
      }
    }
    return nil
  }

  /// Loaded images with guest code or data, by address.
  public var placements: [(name: String, base: UInt64, size: UInt64)] {
    images.values.compactMap { image in
      image.placed.map { (image.name, $0.base, $0.size) }
    }.sorted { $0.base < $1.base }
  }

  /// Where an image lies, by an address in it.
  public func placement(at address: UInt64) -> (name: String, base: UInt64, size: UInt64)? {
    for image in images.values {
      guard let placed = image.placed, address >= placed.base,
        address - placed.base < placed.size
      else { continue }
      return (image.name, placed.base, placed.size)
    }
    return nil
  }
}

extension PCIBus {
  /// The device behind a guest's pointer to an EFI_PCI_IO_PROTOCOL.
  public func location(ofPciIo address: UInt64) -> PCILocation? {
    functionsByProtocol[UInt(truncatingIfNeeded: address)]?.location
  }
}
