import CUEFI

/// One line of text for the console, built in place: nothing here allocates, so it can be used
/// where something has gone wrong.
struct Line {
  static let capacity = 320
  /// UTF-16, always with room for CR, LF and the terminating zero.
  private var units = InlineArray<320, UInt16>(repeating: 0)
  private(set) var count = 0

  init() {}
  init(_ text: StaticString) { add(text) }

  mutating func add(character: UInt16) {
    guard count < Line.capacity - 3 else { return }
    units[count] = character
    count += 1
  }

  mutating func add(_ text: StaticString) {
    let bytes = text.utf8Start
    for index in 0..<text.utf8CodeUnitCount { add(character: UInt16(bytes[index])) }
  }

  /// Up to a zero.
  mutating func add(utf16 text: UnsafePointer<UInt16>, limit: Int = 128) {
    var index = 0
    while index < limit, text[index] != 0 {
      add(character: text[index])
      index += 1
    }
  }

  mutating func add(text: [UInt8]) {
    for byte in text { add(character: UInt16(byte)) }
  }

  /// Without a prefix, at least `digits` digits.
  mutating func add(hex value: UInt64, digits: Int = 1) {
    var shift = 60
    var started = false
    while shift >= 0 {
      let digit = UInt16(value >> UInt64(shift) & 15)
      if digit != 0 || started || shift / 4 < digits {
        started = true
        add(character: digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
      shift -= 4
    }
  }

  /// With 0x in front.
  mutating func add(address value: UInt64) {
    add("0x")
    add(hex: value)
  }

  mutating func add(decimal value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      add(character: 0x30 + UInt16(value / divisor % 10))
      divisor /= 10
    }
  }

  mutating func add(status: EFI_STATUS) {
    switch status {
    case EFI_SUCCESS: add("Success")
    case EFI_LOAD_ERROR: add("Load Error")
    case EFI_INVALID_PARAMETER: add("Invalid Parameter")
    case EFI_UNSUPPORTED: add("Unsupported")
    case EFI_OUT_OF_RESOURCES: add("Out of Resources")
    case EFI_DEVICE_ERROR: add("Device Error")
    case EFI_NOT_FOUND: add("Not Found")
    case EFI_ACCESS_DENIED: add("Access Denied")
    case EFI_ALREADY_STARTED: add("Already Started")
    case EFI_ABORTED: add("Aborted")
    case EFI_SECURITY_VIOLATION: add("Security Violation")
    default:
      add("status ")
      add(address: status)
    }
  }

  /// Ends the line and hands it over as a zero-terminated string.
  mutating func withTerminated(_ body: (UnsafeMutablePointer<UInt16>) -> Void) {
    units[count] = 0x0d
    units[count + 1] = 0x0a
    units[count + 2] = 0
    withUnsafeMutablePointer(to: &units) {
      body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt16.self))
    }
  }
}
