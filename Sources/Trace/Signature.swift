/// How one argument or result is shown. The raw values are the words of the service table.
public enum ValueType: Equatable, Sendable {
  /// A word shown as it is: decimal counts, hexadecimal masks cut to their width in bits.
  case decimal(bits: UInt64), hexadecimal(bits: UInt64)
  case boolean, status, tpl
  case pointer, handle
  /// A pointer to a GUID; to a CHAR16 string.
  case guid, string16
  /// A pointer through which the service answers with one word, or takes one and answers.
  case out, inOut
  case allocateType, memoryType, eventType, timerType, locateSearch
  case openAttributes, pciWidth, attributeOperation
  /// GUID and interface pairs up to a null: the rest of the argument list.
  case interfaces
  /// A buffer; the indices are those of its width and count arguments.
  case bytes(width: Int, count: Int)
  /// The protocol instance, which the name of the call already says.
  case skip
  case none

  fileprivate init?(word: some StringProtocol) {
    switch String(word) {
    case "uint8": self = .decimal(bits: 8)
    case "uint16": self = .decimal(bits: 16)
    case "uint32": self = .decimal(bits: 32)
    case "uintn", "uint64": self = .decimal(bits: 64)
    case "hex8": self = .hexadecimal(bits: 8)
    case "hex16": self = .hexadecimal(bits: 16)
    case "hex32": self = .hexadecimal(bits: 32)
    case "hex", "address": self = .hexadecimal(bits: 64)
    case "boolean": self = .boolean
    case "status": self = .status
    case "tpl": self = .tpl
    case "pointer": self = .pointer
    case "handle": self = .handle
    case "guid": self = .guid
    case "string16": self = .string16
    case "out": self = .out
    case "handleInOut", "addressInOut", "uintnInOut": self = .inOut
    case "allocateType": self = .allocateType
    case "memoryType": self = .memoryType
    case "eventType": self = .eventType
    case "timerType": self = .timerType
    case "locateSearch": self = .locateSearch
    case "openAttributes": self = .openAttributes
    case "pciWidth": self = .pciWidth
    case "attributeOperation": self = .attributeOperation
    case "interfaces": self = .interfaces
    case "skip": self = .skip
    case "none": self = .none
    default: return nil
    }
  }
}

/// One service's arguments and result.
public struct Signature: Sendable {
  public struct Argument: Sendable {
    public var name: String
    public var type: ValueType
    /// Whether the value is part of the conversation that two platforms share.
    public var isConversation: Bool
  }
  public var arguments: [Argument]
  public var result: ValueType
}

/// All known signatures, by "Group.Member".
public struct Signatures: Sendable {
  private var byName: [String: Signature] = [:]
  private var membersByGroup: [String: [String]] = [:]
  /// Lines that could not be read, for the test that wants none.
  public private(set) var malformedLines: [String] = []

  /// The built-in table.
  public static let builtIn = Signatures(table: ServiceTable.text)

  /// Reads the form that `ServiceTable` describes.
  public init(table: String) {
    var group = ""
    for line in table.split(separator: "\n") {
      if line.hasPrefix("["), line.hasSuffix("]") {
        group = String(line.dropFirst().dropLast())
      } else if let (name, signature) = Self.parse(line) {
        byName["\(group).\(name)"] = signature
        membersByGroup[group, default: []].append(name)
      } else {
        malformedLines.append(String(line))
      }
    }
  }

  /// Looks up a published service name. "gBS->X", "gRT->X" and "BootServices.X" are the same.
  public subscript(name: String) -> Signature? { byName[Self.canonical(name)] }

  /// A protocol's members in the order of the table, which for protocols that drivers produce is
  /// the order of their function pointers.
  public func members(of group: String) -> [String] { membersByGroup[group] ?? [] }

  /// How many services the table knows.
  public var count: Int { byName.count }

  /// The table's spelling of a service name as the firmware publishes it.
  static func canonical(_ name: String) -> String {
    if name.hasPrefix("gBS->") { return "BootServices." + name.dropFirst(5) }
    if name.hasPrefix("gRT->") { return "RuntimeServices." + name.dropFirst(5) }
    return name
  }

  private static func parse(_ line: Substring) -> (String, Signature)? {
    var words = line.split(separator: " ")
    guard !words.isEmpty else { return nil }
    let name = String(words.removeFirst())
    var signature = Signature(arguments: [], result: .status)
    if words.count >= 2, words[words.count - 2] == "->" {
      guard let result = ValueType(word: words[words.count - 1]) else { return nil }
      signature.result = result
      words.removeLast(2)
    }
    for word in words {
      let parts = word.split(separator: ":")
      guard parts.count == 2 else { return nil }
      let isConversation = parts[1].hasSuffix("!")
      let typeWord = isConversation ? parts[1].dropLast() : parts[1]
      let type: ValueType?
      if typeWord.hasPrefix("bytes("), typeWord.hasSuffix(")") {
        let names = typeWord.dropFirst(6).dropLast().split(separator: ",")
        let indices = names.compactMap { wanted in
          signature.arguments.firstIndex { $0.name == wanted }
        }
        type = indices.count == 2 ? .bytes(width: indices[0], count: indices[1]) : nil
      } else {
        type = ValueType(word: typeWord)
      }
      guard let type else { return nil }
      signature.arguments.append(
        .init(name: String(parts[0]), type: type, isConversation: isConversation))
    }
    return (name, signature)
  }
}
