import CCapstone

/// One decoded instruction as text.
public struct DisassembledInstruction: Equatable, Sendable {
  public var address: UInt64
  public var bytes: [UInt8]
  public var mnemonic: String
  /// Intel syntax, empty where there are none.
  public var operands: String

  public init(address: UInt64, bytes: [UInt8], mnemonic: String, operands: String) {
    self.address = address
    self.bytes = bytes
    self.mnemonic = mnemonic
    self.operands = operands
  }

  /// Address in hex, bytes, text: "1000  48 89 e5    mov rbp, rsp", the text in column 40.
  public var line: String {
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    let left = String(address, radix: 16) + "  " + hex
    let padding = String(repeating: " ", count: max(1, 40 - left.count))
    return left + padding + (operands.isEmpty ? mnemonic : mnemonic + " " + operands)
  }
}

/// Disassembly by capstone: guest code, and the host code it becomes. The one place that knows the
/// library.
///
/// A view for people and for cross-checks: the translator decodes with its own table.
public final class Disassembler {
  public enum Mode: Sendable {
    /// x86.
    case bits64, bits32, bits16
    case aarch64
  }

  private var handle: csh = 0
  private let instruction: UnsafeMutablePointer<cs_insn>

  /// Nil if the library was built without the architecture.
  public init?(mode: Mode = .bits64) {
    let (architecture, width) =
      switch mode {
      case .bits64: (CS_ARCH_X86, CS_MODE_64)
      case .bits32: (CS_ARCH_X86, CS_MODE_32)
      case .bits16: (CS_ARCH_X86, CS_MODE_16)
      case .aarch64: (CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN)
      }
    var opened: csh = 0
    guard cs_open(architecture, width, &opened) == CS_ERR_OK else { return nil }
    guard let room = cs_malloc(opened) else {
      cs_close(&opened)
      return nil
    }
    handle = opened
    instruction = room
  }

  deinit {
    cs_free(instruction, 1)
    cs_close(&handle)
  }

  /// The instruction at the start of `bytes`, or nil if they do not begin with a valid one.
  public func decode(_ bytes: some Collection<UInt8>, at address: UInt64)
    -> DisassembledInstruction?
  {
    decode(bytes, at: address, limit: 1).first
  }

  /// Instructions from the start of `bytes` up to the first that does not decode, at most `limit`.
  public func decode(_ bytes: some Collection<UInt8>, at address: UInt64, limit: Int)
    -> [DisassembledInstruction]
  {
    let copy = Array(bytes)
    return copy.withUnsafeBufferPointer { buffer in
      var cursor = buffer.baseAddress
      var remaining = buffer.count
      var next = address
      var result: [DisassembledInstruction] = []
      while result.count < limit, remaining > 0,
        cs_disasm_iter(handle, &cursor, &remaining, &next, instruction)
      {
        let size = Int(instruction.pointee.size)
        let start = buffer.count - remaining - size
        result.append(
          DisassembledInstruction(
            address: instruction.pointee.address, bytes: Array(buffer[start..<start + size]),
            mnemonic: text(&instruction.pointee.mnemonic),
            operands: text(&instruction.pointee.op_str)))
      }
      return result
    }
  }

  /// A C string inside a fixed array.
  private func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
