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
    if let target { throw UsageError("there is no \(target.rawValue) back end here") }
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
