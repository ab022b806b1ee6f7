import Disassembly
import OptionROM
import Translator

/// A driver's code as text. Offsets are from the image's base, as everywhere in reports.
public final class GuestListing {
  /// Offset of the entry point.
  public let entryPoint: UInt64
  private let name: String
  private let memory: UnsafeMutableRawBufferPointer

  /// Loads the image's sections; nothing runs.
  public init(_ driver: DriverSource) throws {
    let pe: PEImage
    do {
      pe = try PEImage(parsing: driver.bytes)
    } catch {
      throw UsageError("\(driver.path): \(error.message)")
    }
    name = driver.name
    entryPoint = UInt64(pe.entryPoint)
    memory = .allocate(byteCount: Int(pe.sizeOfImage), alignment: 4096)
    do {
      try pe.load(into: memory, at: UInt64(UInt(bitPattern: memory.baseAddress)))
    } catch {
      memory.deallocate()
      throw UsageError("\(driver.path): \(error.message)")
    }
  }

  deinit { memory.deallocate() }

  /// `count` instructions from an offset on, each by capstone and, behind a bar, by the
  /// translator's own decoder; with `ir`, below each what it is lifted to and what the passes leave
  /// of that. Stops before the first that capstone does not know.
  public func lines(at offset: UInt64, count: Int, ir: Bool) throws -> [String] {
    let bytes = try bytes(from: offset)
    guard let disassembler = Disassembler() else {
      throw UsageError("capstone was built without x86")
    }
    let decoded = disassembler.decode(bytes.prefix(count * 15), at: offset, limit: count)
    guard let last = decoded.last else {
      return ["\(name)+0x\(String(offset, radix: 16)): no instruction"]
    }
    let end = Int(last.address - offset) + last.bytes.count
    let own = TranslationListing.make(
      bytes: Array(bytes.prefix(end)), address: offset, mode: .long64, features: .baseline)
    let byOffset = Dictionary(own.map { ($0.offset, $0) }, uniquingKeysWith: { first, _ in first })
    return decoded.flatMap { instruction in
      lines(for: instruction, byOffset[Int(instruction.address - offset)], ir: ir)
    }
  }

  private func lines(
    for instruction: DisassembledInstruction, _ own: TranslationListing.Line?, ir: Bool
  ) -> [String] {
    let left = instruction.line
    let padding = String(repeating: " ", count: max(1, 84 - left.count))
    var mnemonic = own?.mnemonic ?? "(inside another)"
    if let own, own.length != instruction.bytes.count { mnemonic += " of \(own.length) bytes" }
    guard ir, let own else { return [left + padding + "| " + mnemonic] }
    let kept = Set(own.operations)
    // What the passes changed or dropped is marked; what they put in its place follows.
    let lifted = own.lifted.map { (kept.contains($0) ? "      " : "    - ") + $0 }
    let changed = own.operations.filter { !own.lifted.contains($0) }.map { "    + " + $0 }
    return [left + padding + "| " + mnemonic] + lifted + changed
  }

  func bytes(from offset: UInt64) throws -> UnsafeMutableRawBufferPointer.SubSequence {
    guard offset < UInt64(memory.count) else {
      throw UsageError("offset 0x\(String(offset, radix: 16)) lies outside \(name)")
    }
    return memory[Int(offset)...]
  }
}
