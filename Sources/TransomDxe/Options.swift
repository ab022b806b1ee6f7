import CUEFI
import Shim

/// What the user can choose, from the UEFI variable "Transom" and from the driver's load options:
/// words separated by spaces or commas, in ASCII or UTF-16.
///
/// `off`, `verbose`, `interpret`, `roms=off`, `ports=forward|zero|trap`, `timeout=SECONDS`.
struct Options {
  /// Load, say so, and do nothing.
  var isOff = false
  /// Say what is done on the way.
  var isVerbose = false
  /// Start the drivers in option ROMs that the firmware has passed over.
  var dispatchesROMs = true
  /// Interpret guest code, never compile it.
  var isInterpreting = false
  var ports = Policies.Ports.forward
  /// How long guest code may run without calling the firmware, in seconds; 0 for ever.
  var timeout: UInt64 = 30
  /// Where the driver is to fail, once: for its own tests.
  var selfTest = SelfTest.none
  /// Words nobody understood, as (first byte, count) in the text they came from, to be reported.
  var unknown: [[UInt8]] = []

  enum SelfTest {
    case none
    /// When the firmware hands over an image.
    case registration
    /// When guest code reads the time stamp counter.
    case level
  }

  init() {}

  /// Adds what a text says.
  mutating func read(_ text: UnsafeRawBufferPointer) {
    let step = text.count >= 2 && text[1] == 0 ? 2 : 1
    var word: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte <= 0x20 || byte == 0x2c {
        take(word)
        word = []
      } else {
        word.append(byte)
      }
      index += step
    }
    take(word)
  }

  private mutating func take(_ word: [UInt8]) {
    guard !word.isEmpty else { return }
    if word.matches("off") {
      isOff = true
    } else if word.matches("verbose") {
      isVerbose = true
    } else if word.matches("interpret") {
      isInterpreting = true
    } else if word.matches("roms=off") {
      dispatchesROMs = false
    } else if word.matches("ports=forward") {
      ports = .forward
    } else if word.matches("ports=zero") {
      ports = .zero
    } else if word.matches("ports=trap") {
      ports = .trap
    } else if word.matches("trap=registration") {
      selfTest = .registration
    } else if word.matches("trap=level") {
      selfTest = .level
    } else if let seconds = word.number(after: "timeout=") {
      timeout = seconds
    } else {
      unknown.append(word)
    }
  }
}

extension [UInt8] {
  fileprivate func matches(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && hasPrefix(text)
  }

  private func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount where self[index] != text.utf8Start[index] {
      return false
    }
    return true
  }

  /// Up to six decimal digits behind a prefix.
  fileprivate func number(after prefix: StaticString) -> UInt64? {
    let start = prefix.utf8CodeUnitCount
    guard hasPrefix(prefix), count > start, count <= start + 6 else { return nil }
    var value: UInt64 = 0
    for index in start..<count {
      guard self[index] >= 0x30, self[index] <= 0x39 else { return nil }
      value = value * 10 + UInt64(self[index] - 0x30)
    }
    return value
  }
}

extension Options {
  /// The variable first, then the load options.
  init(from firmware: Firmware) {
    self.init()
    var name: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) = (
      0x54, 0x72, 0x61, 0x6e, 0x73, 0x6f, 0x6d, 0
    )
    var vendor = GUIDs.options
    var data = InlineArray<256, UInt8>(repeating: 0)
    var size: UINTN = 256
    let status = withUnsafeMutablePointer(to: &name) { name in
      name.withMemoryRebound(to: UInt16.self, capacity: 8) { name in
        withUnsafeMutablePointer(to: &data) {
          firmware.runtime.pointee.GetVariable(name, &vendor, nil, &size, $0)
        }
      }
    }
    if status == EFI_SUCCESS {
      withUnsafeBytes(of: &data) {
        read(UnsafeRawBufferPointer(rebasing: $0[0..<Swift.min(Int(size), 256)]))
      }
    }
    let loaded = firmware.interface(
      on: firmware.image, GUIDs.loadedImage, as: EFI_LOADED_IMAGE_PROTOCOL.self)
    if let loaded, let text = loaded.pointee.LoadOptions, loaded.pointee.LoadOptionsSize > 0 {
      read(UnsafeRawBufferPointer(start: text, count: Int(loaded.pointee.LoadOptionsSize)))
    }
  }
}
