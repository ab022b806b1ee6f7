/// The encoding table as values, for whoever generates, counts or checks instructions.
package enum EncodingCatalog {
  /// One row, its pattern taken apart. Nil means the row does not care.
  package struct Row {
    package var index: Int
    package var pattern: StaticString
    package var mnemonic: StaticString
    package var meaning: Meaning
    package var operands: [OperandKind]
    package var feature: Feature
    /// 0 one byte, 1 0F, 2 0F 38, 3 0F 3A.
    package var map: UInt8
    package var opcode: UInt8
    package var spansRegisters: Bool
    package var hasModRM: Bool
    package var isVEX: Bool
    /// 0 none, 1 66, 2 F3, 3 F2.
    package var prefix: UInt8?
    package var isRegisterForm: Bool?
    /// ModRM.reg and ModRM.rm.
    package var reg: UInt8?
    package var rm: UInt8?
    package var w: Bool?
    package var l: Bool?
    package var isInLongMode: Bool
    package var isInProtectedMode: Bool
    package var isLockable: Bool
    package var isAligned: Bool
    package var operation: UInt16
  }

  package static var count: Int { EncodingTable.shared.rowCount }

  package static func row(_ index: Int) -> Row {
    let row = EncodingTable.encodings[index]
    let reader = PatternReader(row.pattern)
    let mask = reader.match.mask
    let value = reader.match.value
    func bit(_ which: UInt32) -> Bool? { mask & which == 0 ? nil : value & which != 0 }
    func field(_ shift: UInt32) -> UInt8? {
      mask >> shift & 7 == 7 ? UInt8(value >> shift & 7) : nil
    }
    let long = bit(Discriminator.longMode)
    return Row(
      index: index, pattern: row.pattern, mnemonic: row.mnemonic, meaning: row.meaning,
      operands: [row.operands.0, row.operands.1, row.operands.2, row.operands.3],
      feature: row.feature, map: reader.map, opcode: reader.opcode,
      spansRegisters: reader.spansRegisters, hasModRM: reader.hasModRM,
      isVEX: value & Discriminator.vex != 0,
      prefix: mask & Discriminator.prefix == 3 ? UInt8(value & 3) : nil,
      isRegisterForm: bit(Discriminator.registerForm), reg: field(Discriminator.regShift),
      rm: field(Discriminator.rmShift), w: bit(Discriminator.w), l: bit(Discriminator.l),
      isInLongMode: long ?? true, isInProtectedMode: !(long ?? false),
      isLockable: row.flags.contains(.lockable), isAligned: row.flags.contains(.aligned),
      operation: row.operation)
  }

  /// What the decoder makes of some bytes.
  package struct Decoding {
    package var row: Int
    /// Bytes.
    package var length: Int
    /// Effective, in bytes.
    package var operandSize: Int
    package var addressSize: Int
    package var immediate: Int64
    package var isRIPRelative: Bool
    package var isRegisterForm: Bool
  }

  /// Nil: no instruction. `count` bytes are readable.
  package static func decode(
    _ bytes: UnsafePointer<UInt8>, count: Int, mode: ProcessorMode
  ) -> Decoding? {
    var decoder = Decoder(
      table: EncodingTable.shared, mode: mode, bytes: bytes, count: count)
    var i = DecodedInstruction()
    guard decoder.decode(&i) == nil else { return nil }
    return Decoding(
      row: i.row, length: Int(i.length), operandSize: Int(i.operandSize),
      addressSize: Int(i.addressSize), immediate: i.immediate, isRIPRelative: i.isRIPRelative,
      isRegisterForm: i.isRegisterForm)
  }
}
