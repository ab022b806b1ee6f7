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

  /// `count` instructions from an offset on; stops behind the last that decodes.
  public func lines(at offset: UInt64, count: Int) throws -> [String] {
    let bytes = try bytes(from: offset)
    guard let disassembler = Disassembler() else {
      throw UsageError("capstone was built without x86")
    }
    let lines = disassembler.decode(bytes.prefix(count * 15), at: offset, limit: count)
    return lines.isEmpty
      ? ["\(name)+0x\(String(offset, radix: 16)): no instruction"] : lines.map(\.line)
  }

  /// The IR of the block at an offset, before and after the passes.
  public func intermediate(at offset: UInt64) throws -> [String] {
    _ = try bytes(from: offset)
    return []
  }

  private func bytes(from offset: UInt64) throws -> UnsafeMutableRawBufferPointer.SubSequence {
    guard offset < UInt64(memory.count) else {
      throw UsageError("offset 0x\(String(offset, radix: 16)) lies outside \(name)")
    }
    return memory[Int(offset)...]
  }
}
