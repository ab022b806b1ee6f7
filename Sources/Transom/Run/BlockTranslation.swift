import Disassembly
import OptionROM
import Translator

/// One block of guest code as the translator takes it: its instructions, their IR before and after
/// the passes, and the host code they become.
public struct BlockTranslation: Sendable {
  public struct Instruction: Sendable {
    /// Address, bytes and text, by capstone.
    public var guest: String
    /// Operations as lifted, and what the passes leave.
    public var lifted: [String]
    public var operations: [String]
    /// Host instructions, by capstone.
    public var host: [String]
  }

  /// Architectures that host code can be shown for.
  public enum Target: String, CaseIterable, Sendable { case aarch64, x86_64 }

  /// What a block becomes on a host, in instructions.
  public struct HostCode: Sendable {
    /// Of the guest instructions; what stands before and behind them is counted apart.
    public var bodyCount: Int
    public var entryCount: Int
    public var exitCount: Int
    /// The body.
    public var bytes: [UInt8]
    public var assembly: [String]
  }

  public private(set) var instructions: [Instruction] = []
  public private(set) var host: HostCode?

  /// Takes the block that `bytes` begin with, as code at `address`. Without a target only the IR is
  /// made.
  public init(
    _ bytes: [UInt8], at address: UInt64, is32Bit: Bool = false, target: Target? = nil
  ) throws {
    guard !bytes.isEmpty else { throw UsageError("there are no bytes to translate") }
    guard let disassembler = Disassembler(mode: is32Bit ? .bits32 : .bits64) else {
      throw UsageError("capstone was built without x86")
    }
    let lines = TranslationListing.make(
      bytes: bytes, address: address, mode: is32Bit ? .protected32 : .long64, features: .baseline,
      onlyOneBlock: true)
    for line in lines {
      let own = bytes[line.offset..<min(line.offset + line.length, bytes.count)]
      let at = address &+ UInt64(line.offset)
      let guest =
        disassembler.decode(own, at: at)
        ?? DisassembledInstruction(
          address: at, bytes: Array(own), mnemonic: line.mnemonic, operands: "")
      instructions.append(
        Instruction(
          guest: guest.line, lifted: line.lifted, operations: line.operations, host: []))
    }
    if let target { try addHostCode(bytes, address, is32Bit, target) }
  }

  private mutating func addHostCode(
    _ bytes: [UInt8], _ address: UInt64, _ is32Bit: Bool, _ target: Target
  ) throws {
    guard let disassembler = Disassembler(mode: target == .aarch64 ? .aarch64 : .bits64) else {
      throw UsageError("capstone was built without \(target.rawValue)")
    }
    guard
      let code = CodeListing.make(
        bytes: bytes, address: address, mode: is32Bit ? .protected32 : .long64,
        features: .baseline, target: target == .aarch64 ? .aarch64 : .x86_64)
    else { throw UsageError("the bytes are no instruction") }
    // What capstone does not know is shown as bytes; an AArch64 instruction has four.
    func lines(_ code: [UInt8]) -> [String] {
      var result: [String] = []
      var rest = code[...]
      while !rest.isEmpty {
        if let one = disassembler.decode(rest, at: 0) {
          result.append(one.operands.isEmpty ? one.mnemonic : one.mnemonic + " " + one.operands)
          rest = rest.dropFirst(one.bytes.count)
        } else {
          let raw = rest.prefix(target == .aarch64 ? 4 : 1)
          result.append("(" + raw.map { String($0, radix: 16) }.joined(separator: " ") + ")")
          rest = rest.dropFirst(raw.count)
        }
      }
      return result
    }
    var assembly: [String] = []
    for n in instructions.indices where n < code.instructions.count {
      instructions[n].host = lines(code.instructions[n])
      assembly += instructions[n].host
    }
    host = HostCode(
      bodyCount: assembly.count, entryCount: lines(code.entry).count,
      exitCount: lines(code.exits).count, bytes: code.instructions.flatMap { $0 },
      assembly: assembly)
  }

  /// The block that begins at an offset of a driver's image.
  public init(
    _ driver: DriverSource, at offset: UInt64, is32Bit: Bool = false, target: Target? = nil
  ) throws {
    let listing = try GuestListing(driver)
    let bytes = Array(try listing.bytes(from: offset).prefix(4096))
    try self.init(bytes, at: offset, is32Bit: is32Bit, target: target)
  }

  /// Guest and IR on the left, host code on the right. "-" marks what the passes drop or change, "+"
  /// what they put there.
  public var text: [String] {
    instructions.flatMap { instruction -> [String] in
      let kept = Set(instruction.operations)
      let before = Set(instruction.lifted)
      let left =
        [instruction.guest]
        + instruction.lifted.map { (kept.contains($0) ? "      " : "    - ") + $0 }
        + instruction.operations.filter { !before.contains($0) }.map { "    + " + $0 }
      return (0..<max(left.count, instruction.host.count)).map { row in
        let one = row < left.count ? left[row] : ""
        guard row < instruction.host.count else { return one }
        let padding = String(repeating: " ", count: max(1, 84 - one.count))
        return one + padding + "| " + instruction.host[row]
      }
    }
  }
}
