import ArgumentParser
import Foundation
import Transom

/// `transom disassemble IMAGE`: guest code as two decoders see it, and its IR.
public struct DisassembleCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "disassemble",
    abstract: "Show a driver's code by capstone, beside the translator's own view.",
    discussion: "Example: transom disassemble OVMF_CODE_4M.fd:QemuVideoDxe --ir")

  @Argument(help: "An option ROM, an EFI file, or FIRMWARE:NAME.")
  var image: String

  @Option(help: "Offset in the loaded image, such as 0x1234. Default: the entry point.")
  var at: String?

  @Option(help: "How many instructions to show.")
  var count = 32

  @Flag(
    help: """
      Show what each instruction is lifted to; "-" marks what the passes drop or change, "+" what \
      they put there.
      """)
  var ir = false

  public init() {}

  public func run() throws {
    do {
      let listing = try GuestListing(DriverSource(resolving: image))
      let offset = try at.map(Self.number) ?? listing.entryPoint
      let lines = try listing.lines(at: offset, count: max(1, min(count, 100_000)), ir: ir)
      for line in lines { print(line) }
    } catch {
      throw CommandFailure.exit(for: error, about: image)
    }
  }

  /// Decimal, or hexadecimal behind 0x.
  private static func number(_ text: String) throws -> UInt64 {
    let isHex = text.lowercased().hasPrefix("0x")
    guard let value = isHex ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text) else {
      throw UsageError("\(text) is not a number")
    }
    return value
  }
}
