import CUEFI

/// Small conversions at the edge between guest memory and values: strings, GUIDs, pool copies.
enum GuestText {
  /// No guest string longer than this many characters is believed.
  static let longestString = 1 << 20

  /// A NUL-terminated UCS-2 string's units, without the NUL; nil for a null pointer or no end.
  static func units(_ text: UnsafePointer<UInt16>?) -> [UInt16]? {
    guard let raw = UnsafeRawPointer(text) else { return nil }
    var units: [UInt16] = []
    while units.count < longestString {
      // Guests may hand over strings at odd addresses.
      let unit = raw.loadUnaligned(fromByteOffset: units.count * 2, as: UInt16.self)
      if unit == 0 { return units }
      units.append(unit)
    }
    return nil
  }

  static func units(_ text: UnsafeMutablePointer<UInt16>?) -> [UInt16]? {
    units(UnsafePointer(text))
  }

  static func string(_ text: UnsafePointer<UInt16>?) -> String? {
    units(text).map { String(decoding: $0, as: UTF16.self) }
  }

  /// A NUL-terminated byte string of at most 64 KiB.
  static func ascii(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text else { return nil }
    var bytes: [UInt8] = []
    while bytes.count < 0x1_0000 {
      let byte = UInt8(bitPattern: text[bytes.count])
      if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }

  /// A GUID's 16 bytes as they lie in memory.
  static func guid(_ guid: UnsafePointer<EFI_GUID>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: guid, count: 16))
  }

  static func bytes(_ guid: EFI_GUID) -> [UInt8] { withUnsafeBytes(of: guid) { Array($0) } }

  /// A copy in the pool, as Boot Services Data; nil where the pool is exhausted.
  static func pool(_ bytes: [UInt8]) -> UnsafeMutableRawPointer? {
    guard let firmware = Firmware.current,
      let copy = try? firmware.allocatePool(size: max(bytes.count, 1))
    else { return nil }
    copy.copyMemory(from: bytes, byteCount: bytes.count)
    return copy
  }

  /// A text with its NUL in the pool.
  static func pool(units: [UInt16]) -> UnsafeMutablePointer<UInt16>? {
    (units + [0]).withUnsafeBytes { pool(Array($0)) }?.assumingMemoryBound(to: UInt16.self)
  }

  static func pool(text: String) -> UnsafeMutablePointer<UInt16>? { pool(units: Array(text.utf16)) }

  static func free(_ pointer: UnsafeMutableRawPointer) {
    try? Firmware.current?.freePool(pointer)
  }

  /// Two string pointers for a guest to fill: progress, then results. In the pool, because a call
  /// into the guest may never come back.
  static func exchange() -> UnsafeMutablePointer<UnsafeMutablePointer<UInt16>?>? {
    pool([UInt8](repeating: 0, count: 16))?.assumingMemoryBound(
      to: UnsafeMutablePointer<UInt16>?.self)
  }

  /// A key as guests see it, in the pool.
  static func scratchKey(_ key: ConsoleKey, toggles: UInt8) -> UnsafeMutablePointer<EFI_KEY_DATA>? {
    let data = EFI_KEY_DATA(
      Key: EFI_INPUT_KEY(ScanCode: key.scanCode, UnicodeChar: key.character),
      KeyState: EFI_KEY_STATE(KeyShiftState: key.shiftState, KeyToggleState: toggles))
    return withUnsafeBytes(of: data) { pool(Array($0)) }?.assumingMemoryBound(to: EFI_KEY_DATA.self)
  }

  /// CRC-32 of a table whose checksum field is zero (UEFI 2.10, 4.2).
  static func checksum<Table>(_ table: UnsafeMutablePointer<Table>) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in UnsafeRawBufferPointer(start: table, count: MemoryLayout<Table>.size) {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
    }
    return ~crc
  }

  /// The protocol interface on a handle, whatever the handle is worth.
  static func interface(_ guid: EFI_GUID, on handle: UInt64) -> UnsafeMutableRawPointer? {
    Firmware.current?.protocols.interface(
      guid, on: EFI_HANDLE(bitPattern: UInt(handle)))
  }

  static func devicePath(on handle: EFI_HANDLE?) -> UnsafePointer<EFI_DEVICE_PATH_PROTOCOL>? {
    guard let handle else { return nil }
    return UnsafePointer(
      interface(.devicePath, on: UInt64(UInt(bitPattern: handle)))?
        .assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self))
  }

  static func signal(_ event: EFI_EVENT?) { try? Firmware.current?.events.signalEvent(event) }
}
