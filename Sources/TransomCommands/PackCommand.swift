import ArgumentParser
import Foundation
import OptionROM
import Transom

/// `transom pack DRIVER -o FILE.rom`: an EFI driver as a PCI option ROM.
public struct PackCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Pack an EFI driver into a PCI option ROM.",
    discussion: """
      Example: transom pack driver.efi -o card.rom --vendor 0x1234 --device 0x1111 --class 0x038000

      Exit codes: 0 written; 2 usage, or a file cannot be read or written; 3 the driver is \
      malformed.
      """)

  @Argument(help: "An EFI driver, FIRMWARE:NAME, or an option ROM with an x64 driver.")
  var driver: String

  @Option(name: [.short, .long], help: "The ROM to write.")
  var output: String

  @Option(help: "PCI vendor ID, such as 0x1234.", transform: { try parseNumber($0, bits: 16) })
  var vendor: UInt32

  @Option(help: "PCI device ID, such as 0x1111.", transform: { try parseNumber($0, bits: 16) })
  var device: UInt32

  @Option(
    name: .customLong("class"), help: "PCI class code, 24 bits, such as 0x038000.",
    transform: { try parseNumber($0, bits: 24) })
  var classCode: UInt32

  @Flag(help: "Compress the driver with UEFI compression.")
  var compress = false

  public init() {}

  public func run() throws {
    let rom: [UInt8]
    do {
      let source = try DriverSource(resolving: driver)
      let identity = OptionROM.Identity(
        vendorID: UInt16(vendor), deviceID: UInt16(device), classCode: classCode)
      rom = try OptionROM.pack([source.bytes], identity: identity, compressed: compress)
    } catch let error as DriverSourceError {
      try fail(error.description, error.exitCode)
    } catch let error as OptionROMError {
      try fail("\(driver): \(error.description)", 3)
    }
    do {
      try Data(rom).write(to: URL(fileURLWithPath: output))
    } catch {
      try fail("\(output): \(error.localizedDescription)", 2)
    }
    print("\(output): \(rom.count) bytes")
  }

  private func fail(_ line: String, _ code: Int32) throws -> Never {
    FileHandle.standardError.write(Data((line + "\n").utf8))
    throw ExitCode(code)
  }
}

/// A number with or without 0x, always hexadecimal, as PCI IDs are written.
@Sendable private func parseNumber(_ text: String, bits: Int) throws -> UInt32 {
  let digits = text.lowercased().hasPrefix("0x") ? text.dropFirst(2) : text[...]
  guard let value = UInt32(digits, radix: 16), value >> UInt32(bits) == 0 else {
    throw ValidationError("'\(text)' is not a hexadecimal number of at most \(bits) bits.")
  }
  return value
}
