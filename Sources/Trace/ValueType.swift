/// How one argument or result is shown. The words are those of Tables/protocols.txt.
public enum ValueType: Equatable, Sendable {
  /// A word shown as it is: decimal counts, hexadecimal masks cut to their width in bits.
  case decimal(bits: UInt64), hexadecimal(bits: UInt64), signed
  case boolean, status, tpl
  /// An address as a plain number; one that is named where it has a name.
  case address, pointer
  case handle, event
  /// A pointer to a GUID; to a CHAR16 string; to a string of bytes; to a device path.
  case guid, string16, string8, path
  /// A pointer through which the service answers.
  indirect case out(ValueType)
  /// The same, and what stood there before counts too.
  indirect case inOut(ValueType)
  case allocateType, memoryType, eventType, timerType, locateSearch
  case openAttributes, pciWidth, attributeOperation, dmaOperation, bltOperation, resetType
  case variableAttributes
  /// GUID and interface pairs up to a null: the rest of the argument list.
  case interfaces
  /// A buffer of elements; the indices are those of its width and count arguments.
  case bytes(width: Int, count: Int)
  /// A buffer of bytes; the index is that of its size.
  case data(count: Int)
  /// The protocol instance, which the name of the call already says.
  case skip
  case none

  private static let words: [String: ValueType] = [
    "uint8": .decimal(bits: 8), "uint16": .decimal(bits: 16), "uint32": .decimal(bits: 32),
    "uint64": .decimal(bits: 64), "uintn": .decimal(bits: 64), "int": .signed,
    "hex8": .hexadecimal(bits: 8), "hex16": .hexadecimal(bits: 16),
    "hex32": .hexadecimal(bits: 32), "hex": .hexadecimal(bits: 64),
    "boolean": .boolean, "status": .status, "tpl": .tpl, "address": .address,
    "pointer": .pointer, "handle": .handle, "event": .event, "guid": .guid,
    "string16": .string16, "string8": .string8, "path": .path,
    "out": .out(.pointer), "addressOut": .out(.pointer), "hexOut": .out(.hexadecimal(bits: 64)),
    "uintnOut": .out(.decimal(bits: 64)), "uint32Out": .out(.decimal(bits: 32)),
    "uint16Out": .out(.decimal(bits: 16)), "uint8Out": .out(.decimal(bits: 8)),
    "booleanOut": .out(.boolean), "handleOut": .out(.handle), "eventOut": .out(.event),
    "guidOut": .out(.guid), "string16Out": .out(.string16), "pathOut": .out(.path),
    "hexInOut": .inOut(.hexadecimal(bits: 64)), "uintnInOut": .inOut(.decimal(bits: 64)),
    "handleInOut": .inOut(.handle), "addressInOut": .inOut(.pointer),
    "allocateType": .allocateType, "memoryType": .memoryType, "eventType": .eventType,
    "timerType": .timerType, "locateSearch": .locateSearch, "openAttributes": .openAttributes,
    "pciWidth": .pciWidth, "attributeOperation": .attributeOperation,
    "dmaOperation": .dmaOperation, "bltOperation": .bltOperation, "resetType": .resetType,
    "variableAttributes": .variableAttributes, "interfaces": .interfaces, "skip": .skip,
    "none": .none,
  ]

  init?(word: some StringProtocol) {
    guard let type = Self.words[String(word)] else { return nil }
    self = type
  }

  /// Whether a service answers through the argument.
  var answers: Bool {
    switch self {
    case .out, .inOut: true
    default: false
    }
  }

  /// Bytes a value takes where a pointer leads to it.
  var size: Int {
    switch self {
    case .decimal(let bits), .hexadecimal(let bits): Int(bits / 8)
    case .boolean: 1
    default: 8
    }
  }

  /// Whether the value is an address, a handle or an event, which differ between runs of the same
  /// behaviour; the word is one of the table's.
  public static func isAddress(word: some StringProtocol) -> Bool {
    switch words[String(word)] {
    case .address, .pointer, .event, .out(.pointer), .inOut(.pointer), .out(.event): true
    default: false
    }
  }
}
