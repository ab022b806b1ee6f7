/// One service's arguments and result.
public struct Signature: Sendable {
  public struct Argument: Sendable {
    public var name: String
    public var type: ValueType
    /// The type's word in the table, for traces that carry types.
    public var word: String
    /// Whether the value is part of the conversation that two platforms share.
    public var isConversation: Bool
    /// Names of the arguments that say how large a buffer is.
    var references: [String] = []
  }
  public var arguments: [Argument]
  public var result: ValueType
  /// The result type's word in the table.
  public var resultWord = "status"
}

/// All known signatures, by "Group.Member", and the layouts of protocols.
public struct Signatures: Sendable {
  /// A function's place in its protocol's structure, in bytes.
  public struct Member: Sendable, Equatable {
    public var name: String
    public var offset: UInt64

    public init(name: String, offset: UInt64) {
      self.name = name
      self.offset = offset
    }
  }

  private var byName: [String: Signature] = [:]
  private var membersByGroup: [String: [Member]] = [:]
  private var sizeByGroup: [String: UInt64] = [:]
  private var groupByAlias: [String: String] = [:]
  /// GUIDs that the tables name.
  public private(set) var guids = GUIDNames(table: "")
  /// Lines that could not be read, as "number: line".
  public private(set) var malformedLines: [String] = []

  /// The built-in tables, read once.
  public static let builtIn = Signatures(table: BuiltInTables.protocols)

  /// Reads the form that Tables/protocols.txt describes.
  public init(table: String) { add(table: table) }

  /// Adds a table: its lines replace lines of the same name. Lines that cannot be read are put into
  /// `malformedLines`.
  public mutating func add(table: String) {
    var group = ""
    var offset: UInt64 = 0
    for (number, line) in TableLines(table) {
      if line.hasPrefix("["), line.hasSuffix("]") {
        let words = line.dropFirst().dropLast().split(separator: " ").map(String.init)
        guard let name = words.first else {
          malformedLines.append("\(number): \(line)")
          continue
        }
        group = name
        open(name, aliases: words)
        offset = 0
      } else if line.hasPrefix(". ") {
        offset += 8
        sizeByGroup[group] = offset
      } else if let (guid, name) = GUIDNames.parse(line) {
        guids.add(guid, name)
      } else if let (name, signature) = Self.parse(line), !group.isEmpty {
        byName["\(group).\(name)"] = signature
        membersByGroup[group, default: []].append(Member(name: name, offset: offset))
        offset += 8
        sizeByGroup[group] = offset
      } else {
        malformedLines.append("\(number): \(line)")
      }
    }
  }

  private mutating func open(_ name: String, aliases: [String]) {
    membersByGroup[name] = []
    sizeByGroup[name] = 0
    for alias in aliases {
      if let guid = GUIDValue(text: alias) {
        guids.add(guid, name)
      } else {
        groupByAlias[alias] = name
      }
    }
  }

  /// Looks up a published service name. "gBS->X", "BootServices.X" and other aliases are the same.
  public subscript(name: String) -> Signature? { byName[canonical(name)] }

  /// A protocol's functions in the order of its structure.
  public func layout(of group: String) -> [Member] {
    membersByGroup[groupByAlias[group] ?? group] ?? []
  }

  /// Names of a protocol's functions in the order of its structure.
  public func members(of group: String) -> [String] { layout(of: group).map(\.name) }

  /// How many services the table knows.
  public var count: Int { byName.count }

  /// The table's spelling of a service name as the firmware publishes it.
  public func canonical(_ name: String) -> String {
    guard let (group, member) = Self.split(name) else { return name }
    return (groupByAlias[group] ?? group) + "." + member
  }

  /// "PciIo.Mem.Read" is PciIo and Mem.Read, "gBS->Stall" is gBS and Stall.
  static func split(_ name: String) -> (group: String, member: String)? {
    if let arrow = name.firstRange(of: "->") {
      return (String(name[..<arrow.lowerBound]), String(name[arrow.upperBound...]))
    }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  private static func parse(_ line: Substring) -> (String, Signature)? {
    var words = line.split(separator: " ")
    guard !words.isEmpty else { return nil }
    let name = String(words.removeFirst())
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }) else {
      return nil
    }
    var signature = Signature(arguments: [], result: .status)
    if words.count >= 2, words[words.count - 2] == "->" {
      let word = words[words.count - 1]
      guard let result = ValueType(word: word) else { return nil }
      signature.result = result
      signature.resultWord = String(word)
      words.removeLast(2)
    }
    for word in words {
      guard let argument = argument(word) else { return nil }
      signature.arguments.append(argument)
    }
    for index in signature.arguments.indices where !signature.arguments[index].references.isEmpty {
      let found = signature.arguments[index].references.compactMap { wanted in
        signature.arguments.firstIndex { $0.name == wanted }
      }
      guard found.count == signature.arguments[index].references.count else { return nil }
      signature.arguments[index].type =
        found.count == 2 ? .bytes(width: found[0], count: found[1]) : .data(count: found[0])
    }
    return (name, signature)
  }

  private static func argument(_ word: Substring) -> Signature.Argument? {
    let parts = word.split(separator: ":")
    guard parts.count == 2 else { return nil }
    let isConversation = parts[1].hasSuffix("!")
    let typeWord = String(isConversation ? parts[1].dropLast() : parts[1])
    var argument = Signature.Argument(
      name: String(parts[0]), type: .none, word: typeWord, isConversation: isConversation)
    guard typeWord.hasSuffix(")"), let open = typeWord.firstIndex(of: "(") else {
      guard let type = ValueType(word: typeWord) else { return nil }
      argument.type = type
      return argument
    }
    argument.word = String(typeWord[..<open])
    argument.references = typeWord[typeWord.index(after: open)...].dropLast().split(separator: ",")
      .map(String.init)
    // The arguments named may come behind; they are found when all are known.
    switch (argument.word, argument.references.count) {
    case ("bytes", 2): argument.type = .bytes(width: -1, count: -1)
    case ("data", 1): argument.type = .data(count: -1)
    default: return nil
    }
    return argument
  }
}
