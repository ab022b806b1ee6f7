import Foundation
import OptionROM

/// What a file's first bytes say it holds.
public enum InputKind: Equatable, Sendable {
  /// A PE32, PE32+ or TE file.
  case efi
  /// Firmware volumes.
  case firmware
  /// Anything else may be an expansion ROM.
  case rom

  public init(of bytes: [UInt8]) {
    switch bytes.u16(at: 0) {
    case 0x5a4d, 0x5a56: self = .efi
    case 0xaa55: self = .rom
    default:
      // A volume may stand behind padding, but so may a ROM's first image: the ROM is asked first.
      let isROM = (try? OptionROM(parsing: bytes))?.images.contains { $0.pci != nil } ?? false
      self = !isROM && InputKind.hasVolume(bytes) ? .firmware : .rom
    }
  }

  private static func hasVolume(_ bytes: [UInt8]) -> Bool {
    var offset = 0x28
    while offset + 4 <= bytes.count {
      if bytes.u32(at: offset) == 0x4856_465f { return true }  // "_FVH"
      offset += 8
    }
    return false
  }
}

/// Files above this size are no ROM and no firmware: 1 GiB.
private let maximumFileSize = 1 << 30

/// Reads a regular file, with reasons a user can act on.
public func readWholeFile(_ path: String) throws(DriverSourceError) -> [UInt8] {
  do {
    let attributes = try FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    if attributes[.type] as? FileAttributeType != .typeRegular {
      throw DriverSourceError.unreadable(path: path, reason: "not a regular file")
    }
    if let size = attributes[.size] as? Int, size > maximumFileSize {
      throw DriverSourceError.unreadable(path: path, reason: "too large (\(size) bytes)")
    }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    if bytes.isEmpty {
      throw DriverSourceError.malformed(
        path: path, reason: "image 0 at 0x0: empty" + sysfsHint(path))
    }
    return bytes
  } catch let error as DriverSourceError {
    throw error
  } catch {
    throw .unreadable(path: path, reason: error.localizedDescription + sysfsHint(path))
  }
}

/// The kernel hides a device's ROM until it is enabled, and has none if firmware kept it.
private func sysfsHint(_ path: String) -> String {
  guard path.hasPrefix("/sys/"), path.hasSuffix("/rom") else { return "" }
  return "; as root, write 1 to this file before reading it and 0 afterwards; a device without a "
    + "ROM of its own, or in use, cannot be read this way"
}
