import CUEFI

extension ProtocolDatabase {
  /// Handles with a protocol, in the order the interfaces were installed.
  public func handles(with guid: EFI_GUID) -> [EFI_HANDLE] {
    var found: [(sequence: UInt64, handle: UInt64)] = []
    for handle in order {
      if let interface = records[handle]?.find(guid) {
        found.append((interface.sequence, handle))
      }
    }
    found.sort { $0.sequence < $1.sequence }
    return found.compactMap { EFI_HANDLE($0.handle) }
  }

  /// LocateHandle (UEFI 2.10, 7.3.6). Never empty: `notFound` instead.
  public func locate(
    _ search: UInt32, _ guid: EFI_GUID?, key: UnsafeMutableRawPointer?
  ) throws(FirmwareError) -> [EFI_HANDLE] {
    let found: [EFI_HANDLE]
    switch search {
    case AllHandles:
      found = handles
    case ByProtocol:
      guard let guid else { throw .invalidParameter }
      found = handles(with: guid)
      if found.isEmpty { firmware.ledger.noteMissing(guid, by: firmware.asker) }
    case ByRegisterNotify:
      guard let key else { throw .invalidParameter }
      // One new handle per call, as the specification has it.
      found = next(of: key).map { [$0.handle] } ?? []
    default:
      throw .invalidParameter
    }
    guard !found.isEmpty else { throw .notFound }
    return found
  }

  /// LocateProtocol (7.3.16).
  public func locate(
    _ guid: EFI_GUID, registration: UnsafeMutableRawPointer? = nil
  ) throws(FirmwareError) -> UnsafeMutableRawPointer? {
    if let registration {
      guard let found = next(of: registration) else { throw .notFound }
      return found.interface
    }
    guard let handle = handles(with: guid).first else {
      firmware.ledger.noteMissing(guid, by: firmware.asker)
      throw .notFound
    }
    return interface(guid, on: handle)
  }

  private func next(of key: UnsafeMutableRawPointer)
    -> (handle: EFI_HANDLE, interface: UnsafeMutableRawPointer?)?
  {
    guard let registration = registrations.first(where: { $0.key == UInt64(key) }) else {
      return nil
    }
    var best: (sequence: UInt64, handle: UInt64, address: UInt64)?
    for handle in order {
      guard let interface = records[handle]?.find(registration.guid),
        interface.sequence > registration.position,
        best == nil || interface.sequence < best!.sequence
      else { continue }
      best = (interface.sequence, handle, interface.address)
    }
    guard let best, let handle = EFI_HANDLE(best.handle) else { return nil }
    registration.position = best.sequence
    return (handle, UnsafeMutableRawPointer(best.address))
  }

  /// LocateDevicePath (7.3.7): the handle with the protocol whose device path is the longest
  /// prefix of `path`, and what of the path is left.
  public func locateDevicePath(
    _ guid: EFI_GUID, path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>
  ) throws(FirmwareError) -> (
    handle: EFI_HANDLE, rest: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>
  ) {
    guard let wanted = DevicePathBytes(path) else { throw .invalidParameter }
    var best: (size: Int, handle: EFI_HANDLE)?
    for handle in handles(with: guid) {
      guard let address = interface(.devicePath, on: handle),
        let candidate = DevicePathBytes(
          address.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self)),
        candidate.isPrefix(of: wanted), best == nil || candidate.prefixSize > best!.size
      else { continue }
      best = (candidate.prefixSize, handle)
    }
    guard let best else { throw .notFound }
    let rest = (UnsafeMutableRawPointer(path) + best.size)
      .assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self)
    return (best.handle, rest)
  }

  /// Whether the very same device path is already on some handle.
  func hasDevicePath(_ path: UnsafeMutableRawPointer) -> Bool {
    guard
      let wanted = DevicePathBytes(path.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self))
    else { return false }
    return handles(with: .devicePath).contains { handle in
      guard let address = interface(.devicePath, on: handle),
        let candidate = DevicePathBytes(
          address.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self))
      else { return false }
      return candidate.prefixSize == wanted.prefixSize && candidate.isPrefix(of: wanted)
    }
  }
}

/// A device path in memory, walked once with bounds.
struct DevicePathBytes {
  let base: UnsafeRawPointer
  /// Bytes before the end node of the first instance.
  let prefixSize: Int
  /// Whether the end node ends the entire path.
  let endsEntirely: Bool

  /// Nil for a null path, a node shorter than its header, or one longer than 64 KiB in all.
  init?(_ path: UnsafePointer<EFI_DEVICE_PATH_PROTOCOL>?) {
    guard let path else { return nil }
    base = UnsafeRawPointer(path)
    var offset = 0
    while true {
      let type = base.load(fromByteOffset: offset, as: UInt8.self)
      let subtype = base.load(fromByteOffset: offset + 1, as: UInt8.self)
      let length = Int(base.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self))
      guard length >= 4 else { return nil }
      if type == UInt8(END_DEVICE_PATH_TYPE) {
        prefixSize = offset
        endsEntirely = subtype == UInt8(END_ENTIRE_DEVICE_PATH_SUBTYPE)
        return
      }
      offset += length
      guard offset < 0x1_0000 else { return nil }
    }
  }

  init?(_ path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>) {
    self.init(UnsafePointer(path))
  }

  func isPrefix(of other: DevicePathBytes) -> Bool {
    guard prefixSize <= other.prefixSize else { return false }
    for index in 0..<prefixSize
    where base.load(fromByteOffset: index, as: UInt8.self)
      != other.base.load(fromByteOffset: index, as: UInt8.self)
    {
      return false
    }
    return true
  }
}
