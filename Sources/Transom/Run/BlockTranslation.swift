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
  public enum Target: String, CaseIterable, Sendable {
    case aarch64, x86_64

    /// This machine's.
    public static var native: Target {
      #if arch(arm64)
        .aarch64
      #else
        .x86_64
      #endif
    }

    var architecture: HostListing.Architecture { self == .aarch64 ? .aarch64 : .x86_64 }
    var disassembly: Disassembler.Mode { self == .aarch64 ? .aarch64 : .bits64 }
  }

  /// What a block becomes on a host, in instructions.
  public struct HostCode: Sendable {
    /// Of the guest instructions; what stands before and behind them is counted apart.
    public var bodyCount: Int
    public var entryCount: Int
    public var exitCount: Int
    /// The body.
    public var bytes: [UInt8]
    public var assembly: [String]
    /// Guest instructions that are left to the interpreter; their share of the body leads there.
    public var interpretedCount: Int
  }

  public private(set) var instructions: [Instruction] = []
  public private(set) var host: HostCode?

  /// Takes the block that `bytes` begin with, as code at `address`. Without a target only the IR is
  /// made. `hostFeatures` as in `EngineConfiguration`.
  public init(
    _ bytes: [UInt8], at address: UInt64, is32Bit: Bool = false, target: Target? = nil,
    hostFeatures: UInt64 = 0
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
    guard let target else { return }
    guard
      let listing = HostListing.make(
        bytes: bytes, address: address, mode: is32Bit ? .protected32 : .long64,
        features: .baseline, architecture: target.architecture, hostFeatures: hostFeatures),
      let hostDisassembler = Disassembler(mode: target.disassembly)
    else { throw UsageError("there is no \(target.rawValue) back end here") }
    show(listing, hostDisassembler)
  }

  /// Disassembles host code and lays it beside the guest's.
  private mutating func show(_ listing: HostListing, _ disassembler: Disassembler) {
    func text(_ code: [UInt8], _ at: UInt64) -> [String] {
      disassembler.decode(code, at: at, limit: code.count).map {
        $0.operands.isEmpty ? $0.mnemonic : $0.mnemonic + " " + $0.operands
      }
    }
    var at = listing.address
    let entry = text(listing.entry, at)
    at += UInt64(listing.entry.count)
    var body = HostCode(
      bodyCount: 0, entryCount: entry.count, exitCount: 0, bytes: [], assembly: [],
      interpretedCount: listing.interpreted)
    // A compiled block may be shorter than one that is only listed.
    instructions.removeLast(max(0, instructions.count - listing.instructions.count))
    for (n, code) in listing.instructions.enumerated() {
      let lines = text(code, at)
      if n < instructions.count { instructions[n].host = lines }
      body.bytes += code
      body.assembly += lines
      at += UInt64(code.count)
    }
    body.bodyCount = body.assembly.count
    let exit = text(listing.exit, at)
    body.exitCount = exit.count
    if !exit.isEmpty, !instructions.isEmpty {
      instructions[instructions.count - 1].host += exit.map { $0 + "  (exit)" }
    }
    host = body
  }

  /// The block that begins at an offset of a driver's image.
  public init(
    _ driver: DriverSource, at offset: UInt64, is32Bit: Bool = false, target: Target? = nil,
    hostFeatures: UInt64 = 0
  ) throws {
    let listing = try GuestListing(driver)
    let bytes = Array(try listing.bytes(from: offset).prefix(4096))
    try self.init(
      bytes, at: offset, is32Bit: is32Bit, target: target, hostFeatures: hostFeatures)
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
