import CUEFI

/// One key as EFI_SIMPLE_TEXT_INPUT gives it: a scan code or a character (UEFI 2.10, 12.1.2).
public struct ConsoleKey: Equatable, Sendable {
  public var scanCode: UInt16
  public var character: UInt16
  /// EFI_KEY_STATE's shift bits; bit 31 says they are valid.
  public var shiftState: UInt32

  public init(scanCode: UInt16 = 0, character: UInt16 = 0, shiftState: UInt32 = 0x8000_0000) {
    self.scanCode = scanCode
    self.character = character
    self.shiftState = shiftState
  }
}

/// The consoles' state: two screens and the scripted keys.
public final class TextConsole {
  /// Which output a character went to.
  public enum Stream: Sendable { case output, error }

  public var output = TextScreen()
  public var error = TextScreen()
  /// Called with every piece of text as the guest writes it, lines ending in a line feed.
  public var sink: ((Stream, String) -> Void)?

  var keys: [ConsoleKey] = []
  var toggleState: UInt8 = 0x80
  struct KeyNotification {
    var handle: UInt64
    var key: ConsoleKey
    var toggleState: UInt8
    var function: EFI_KEY_NOTIFY_FUNCTION
  }
  var notifications: [KeyNotification] = []
  var nextNotification: UInt64 = 1
  var keyEvents: [EFI_EVENT] = []

  init() {}

  /// Queues keys for the guest to read, and calls those who asked to be told of them.
  public func press(_ keys: [ConsoleKey]) {
    self.keys += keys
    for key in keys { notify(key) }
  }

  /// Queues a text, one key per UTF-16 unit; line feeds become carriage returns, as a keyboard
  /// sends them.
  public func type(_ text: String) {
    press(text.utf16.map { ConsoleKey(character: $0 == 0x0a ? 0x0d : $0) })
  }

  private func notify(_ key: ConsoleKey) {
    let matching = notifications.filter { $0.matches(key, toggles: toggleState) }
    guard !matching.isEmpty, let data = GuestText.scratchKey(key, toggles: toggleState) else {
      return
    }
    for notification in matching { _ = notification.function(data) }
    GuestText.free(data)
  }
}

extension TextConsole.KeyNotification {
  /// Shift and toggle states count only where the registration names them (12.2.6).
  func matches(_ other: ConsoleKey, toggles: UInt8) -> Bool {
    key.scanCode == other.scanCode && key.character == other.character
      && (key.shiftState & 0x7fff_ffff == 0 || key.shiftState == other.shiftState)
      && (toggleState & 0x7f == 0 || toggleState == toggles)
  }
}
