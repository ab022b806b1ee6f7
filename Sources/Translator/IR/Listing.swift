/// Instructions as the translator sees them: how they decode, and what they are translated to.
package struct TranslationListing {
  /// One guest instruction.
  package struct Line: Sendable {
    /// Bytes from the start of the listed bytes.
    package var offset: Int
    /// Length in bytes; what is left of the input where the instruction is cut short.
    package var length: Int
    /// The encoding table's name; `(bad)` for what the architecture does not have, `(cut)` where
    /// the bytes end within the instruction.
    package var mnemonic: String
    /// The operations as lifted, one line of text each.
    package var lifted: [String] = []
    /// The operations that the passes leave.
    package var operations: [String] = []
  }

  /// Lists `bytes` as code at `address`, a block at a time, from the first byte to the last, or to
  /// the end of the first block. The bytes need not be mapped there.
  package static func make(
    bytes: [UInt8], address: UInt64, mode: ProcessorMode, features: FeatureSet,
    onlyOneBlock: Bool = false
  ) -> [Line] {
    let arena = UnsafeMutablePointer<Operation>.allocate(capacity: TranslationCache.longestBlock)
    defer { arena.deallocate() }
    var lines: [Line] = []
    bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      var done = 0
      while done < buffer.count {
        var translator = BlockTranslator(operations: arena, mode: mode, features: features)
        let at = address &+ UInt64(done)
        guard
          var block = translator.translate(
            start + done, count: buffer.count - done, at: at, longest: BlockTranslator.longest,
            passes: false)
        else { return }
        let first = lines.count
        append(block, start + done, buffer.count - done, done, &lines)
        DeadFlags.run(&block)
        DeadCode.run(block)
        render(block, into: &lines, from: first, lifted: false)
        done += max(Int(block.byteCount), 1)
        if block.instructionCount == 0 || onlyOneBlock { return }
      }
    }
    return lines
  }

  /// The block's instructions, each with its operations as lifted.
  private static func append(
    _ block: Block, _ bytes: UnsafePointer<UInt8>, _ count: Int, _ base: Int, _ lines: inout [Line]
  ) {
    let first = lines.count
    for n in 0..<Int(block.operationCount) where block.operations[n].opcode == .boundary {
      let offset = Int(block.operations[n].offset)
      var decoder = Decoder(
        table: EncodingTable.shared, mode: block.mode, bytes: bytes + offset, count: count - offset)
      var decoded = DecodedInstruction()
      var line = Line(
        offset: base + offset, length: Int(block.operations[n].length), mnemonic: "(bad)")
      switch decoder.decode(&decoded) {
      case nil: line.mnemonic = "\(EncodingTable.encodings[decoded.row].mnemonic)"
      case .truncated?:
        line.mnemonic = "(cut)"
        line.length = count - offset
      case .invalid?, .tooLong?: break
      }
      lines.append(line)
    }
    render(block, into: &lines, from: first, lifted: true)
  }

  private static func render(
    _ block: Block, into lines: inout [Line], from first: Int, lifted: Bool
  ) {
    var line = first - 1
    for n in 0..<Int(block.operationCount) {
      let op = block.operations[n]
      if op.opcode == .boundary {
        line += 1
      } else if op.opcode != .nop && line >= first && line < lines.count {
        let text = describe(op, lines[line].mnemonic)
        if lifted { lines[line].lifted.append(text) } else { lines[line].operations.append(text) }
      }
    }
  }

  // MARK: One operation

  /// `dst = name.width left, right, third [memory] flags …`
  private static func describe(_ op: Operation, _ mnemonic: String) -> String {
    let isVector = op.opcode.isVector
    var text = ""
    if op.destination != .none { text += name(op.destination, isVector) + " = " }
    text += "\(op.opcode.name)"
    if op.opcode == .vector || op.opcode == .system || op.opcode == .x87 {
      text += "(\(mnemonic))"
    }
    text += ".\(op.width)"
    var separator = " "
    func add(_ part: String) {
      text += separator + part
      separator = ", "
    }
    if op.attributes.contains(.memoryLeft) || op.attributes.contains(.memoryDestination) {
      add(memory(op))
    } else if op.left != .none {
      add(operand(op.left, op, isVector))
    }
    if op.attributes.contains(.memoryRight) {
      add(memory(op))
    } else if op.right != .none {
      add(operand(op.right, op, isVector))
    }
    if op.third != .none { add(operand(op.third, op, isVector)) }
    switch op.opcode {
    case .load, .loadSigned, .store, .address, .vectorLoad, .vectorStore, .maskMove,
      .vectorMaskedLoad, .vectorMaskedStore, .vectorGather:
      add(memory(op))
    case .jump, .raise, .branch, .branchCounter, .modifyFlags: add(hex(op.immediate))
    default: break
    }
    if op.selector != 0 { text += " selector \(op.selector)" }
    if !op.flags.isEmpty { text += " flags " + flags(op.flags) }
    if op.attributes.contains(.locked) { text += " locked" }
    if op.attributes.contains(.aligned) { text += " aligned" }
    if op.attributes.contains(.zeroUpper) { text += " zeroing" }
    if op.attributes.contains(.call) { text += " call" }
    if op.attributes.contains(.return) { text += " return" }
    return text
  }

  private static func operand(_ value: Value, _ op: Operation, _ isVector: Bool) -> String {
    value == .immediate ? hex(op.immediate) : name(value, isVector)
  }

  private static func name(_ value: Value, _ isVector: Bool) -> String {
    if isVector {
      return value.raw < 16
        ? "v\(value.raw)" : value.raw < 32 ? "vt\(value.raw - 16)" : "mm\(value.raw & 7)"
    }
    guard value.isRegister else { return "t\(value.raw &- 16)" }
    let names: [StaticString] = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"]
    return value.raw < 8 ? "\(names[Int(value.raw)])" : "r\(value.raw)"
  }

  private static func memory(_ op: Operation) -> String {
    let segments: [StaticString] = ["", "es:", "cs:", "ss:", "ds:", "fs:", "gs:", ""]
    var text = "[\(segments[Int(op.memory.segment)])"
    var separator = ""
    if op.base != .none {
      text += name(op.base, false)
      separator = " + "
    }
    if op.index != .none {
      text += separator + name(op.index, false) + "·\(1 << op.memory.scale)"
      separator = " + "
    }
    if op.displacement != 0 || separator.isEmpty { text += separator + hex(op.displacement) }
    return text + "]"
  }

  private static func flags(_ set: FlagSet) -> String {
    var text = ""
    if set.contains(.carry) { text += "c" }
    if set.contains(.parity) { text += "p" }
    if set.contains(.adjust) { text += "a" }
    if set.contains(.zero) { text += "z" }
    if set.contains(.sign) { text += "s" }
    if set.contains(.overflow) { text += "o" }
    return text
  }

  private static func hex(_ value: Int64) -> String {
    value < 0 && value > -0x1_0000
      ? "-0x" + String(-value, radix: 16) : "0x" + String(UInt64(bitPattern: value), radix: 16)
  }
}

extension Opcode {
  /// Operands name vector registers (some of them: the others are plain to see).
  fileprivate var isVector: Bool {
    switch self {
    case .vector, .vectorLoad, .vectorStore, .vectorMove, .vectorFlags, .vectorString, .maskMove,
      .vectorMaskedLoad, .vectorMaskedStore, .vectorGather:
      true
    default: false
    }
  }
}
