import ArgumentParser
import Foundation
import Transom
import Vectors

/// `transom translate`: one block, from guest bytes to host code.
public struct TranslateCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Show a block of guest code, its IR and the host code it becomes, side by side.",
    discussion: """
      Example: transom translate --hex "48 01 d8 75 03" --backend aarch64
      transom translate OVMF_CODE_4M.fd:QemuVideoDxe --at 0x1234

      Exit codes: 0 fine; 2 usage; 3 the image is damaged.
      """)

  @Argument(help: "An option ROM, an EFI file, or FIRMWARE:NAME.")
  var image: String?

  @Option(help: "Offset in the loaded image.")
  var at: String?

  @Option(help: "Guest code as hexadecimal digits.")
  var hex: String?

  @Option(help: "The processor's mode: 64 or 32.")
  var mode = 64

  @Option(help: "Whose host code: aarch64 or x86_64.")
  var backend = BlockTranslation.Target.native

  @Flag(
    name: .customLong("flagm"), inversion: .prefixedNo,
    help: "Whether the AArch64 host has FEAT_FlagM and FEAT_FlagM2.")
  var hasFlagM = true

  @Flag(help: "Print the block as one JSON object.")
  var json = false

  public init() {}

  public func run() throws {
    do {
      // A back end may look at where a block leads, which need not be there.
      let faults = GuestMemory()
      let block = try withExtendedLifetime(faults) { try translation() }
      if json {
        print(JSONText.encode(BlockReport(block)))
      } else {
        for line in block.text { print(line) }
        if let host = block.host {
          print(
            "\(block.instructions.count) guest instructions, \(host.bodyCount) host instructions, "
              + "and \(host.entryCount) before and \(host.exitCount) behind them")
        }
      }
    } catch {
      throw CommandFailure.exit(for: error, about: image ?? "--hex")
    }
  }

  private func translation() throws -> BlockTranslation {
    guard mode == 64 || mode == 32 else { throw UsageError("--mode \(mode) is neither 64 nor 32") }
    switch (hex, image) {
    case (let hex?, nil):
      let address = try at.map { try NumberText.parse($0, "--at") } ?? 0x1000
      return try BlockTranslation(
        Self.bytes(hex), at: address, is32Bit: mode == 32, target: backend,
        hostFeatures: hasFlagM ? 3 : 0)
    case (nil, let image?):
      guard let at else { throw UsageError("\(image): --at says where the block begins") }
      return try BlockTranslation(
        DriverSource(resolving: image), at: NumberText.parse(at, "--at"), is32Bit: mode == 32,
        target: backend, hostFeatures: hasFlagM ? 3 : 0)
    default: throw UsageError("give either --hex or an image")
    }
  }

  /// Digits in pairs; spaces and commas between them do not count.
  private static func bytes(_ text: String) throws -> [UInt8] {
    let digits = Array(text.filter { !$0.isWhitespace && $0 != "," })
    guard digits.count % 2 == 0 else { throw UsageError("--hex has half a byte") }
    return try stride(from: 0, to: digits.count, by: 2).map { n in
      guard digits[n].isHexDigit, let byte = UInt8(String(digits[n...n + 1]), radix: 16) else {
        throw UsageError("--hex: \(digits[n])\(digits[n + 1]) is no byte")
      }
      return byte
    }
  }
}

private struct BlockReport: Encodable {
  struct Instruction: Encodable {
    var guest: String
    var lifted: [String]
    var operations: [String]
    var host: [String]
  }

  var guestInstructions: Int
  var hostInstructions: Int?
  var entryInstructions: Int?
  var exitInstructions: Int?
  var interpretedInstructions: Int?
  var hostHex: String?
  var hostAssembly: [String]?
  var instructions: [Instruction]

  init(_ block: BlockTranslation) {
    guestInstructions = block.instructions.count
    hostInstructions = block.host?.bodyCount
    entryInstructions = block.host?.entryCount
    exitInstructions = block.host?.exitCount
    interpretedInstructions = block.host?.interpretedCount
    hostHex = block.host?.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    hostAssembly = block.host?.assembly
    instructions = block.instructions.map {
      Instruction(
        guest: $0.guest, lifted: $0.lifted, operations: $0.operations, host: $0.host)
    }
  }
}

extension BlockTranslation.Target: ExpressibleByArgument {}
