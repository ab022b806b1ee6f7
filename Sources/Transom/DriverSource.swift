import FirmwareVolume
import Foundation
import OptionROM

/// Why a driver could not be had. The message begins with the file's name.
public enum DriverSourceError: Error, Sendable {
  /// The file cannot be read.
  case unreadable(path: String, reason: String)
  /// The file is none of the kinds that hold drivers, or a damaged one.
  case malformed(path: String, reason: String)
  /// The file is fine but has no such driver.
  case notFound(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason), .malformed(let path, let reason),
      .notFound(let path, let reason):
      "\(path): \(reason)"
    }
  }

  /// What the command-line tool exits with: 3 for malformed input, 2 for everything that another
  /// argument would have avoided.
  public var exitCode: Int32 {
    if case .malformed = self { return 3 }
    return 2
  }
}

/// A driver named on the command line: `FILE.rom`, `FILE.efi` or `FIRMWARE:NAME`.
public struct DriverSource: Sendable {
  /// The file it comes from.
  public let path: String
  /// One line that says what it is, for reports.
  public let description: String
  /// The PE or TE file, decompressed.
  public let bytes: [UInt8]
  /// Its name in a firmware volume, or the file's without directory and extension.
  public let name: String
  /// The device the ROM is for; nil if the driver does not come from a ROM.
  public let identity: OptionROM.Identity?
  /// The whole ROM, for drivers that come from one: they often read it themselves.
  public let rom: OptionROM?
  /// Which of the ROM's images it is.
  public let imageIndex: Int?

  /// Finds the driver that `argument` names.
  ///
  /// In a ROM that is the first usable image for `machine`. A name behind a colon is looked up in
  /// the firmware volumes of the file before it, as user interface name or GUID.
  public init(
    resolving argument: String, machine: Machine = .x64
  ) throws(DriverSourceError) {
    if let (path, name) = DriverSource.splitFirmwareName(argument) {
      try self.init(firmware: path, name: name)
      return
    }
    let file = try readWholeFile(argument)
    let stem = DriverSource.stem(of: argument)
    if InputKind(of: file) == .efi {
      try self.init(efi: file, path: argument, stem: stem)
      return
    }
    if InputKind(of: file) == .firmware {
      throw .notFound(
        path: argument, reason: "a firmware image; name a driver in it: \(argument):NAME")
    }
    try self.init(rom: file, path: argument, stem: stem, machine: machine)
  }

  private init(efi file: [UInt8], path: String, stem: String) throws(DriverSourceError) {
    let pe: PEImage
    do {
      pe = try PEImage(parsing: file)
    } catch {
      throw .malformed(path: path, reason: "image 0 at 0x0: \(error.message)")
    }
    self.path = path
    bytes = file
    name = stem
    identity = nil
    rom = nil
    imageIndex = nil
    description = "\(path): \(pe.format.name) \(pe.machine.name) \(pe.subsystem.name)"
  }

  private init(firmware path: String, name: String) throws(DriverSourceError) {
    let file = try readWholeFile(path)
    let firmware: FirmwareImage
    do {
      firmware = try FirmwareImage(parsing: file)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
    guard let driver = firmware.driver(named: name) else {
      throw .notFound(
        path: path, reason: "no driver \(name) among \(firmware.drivers.count) images")
    }
    self.path = path
    bytes = driver.bytes
    self.name = driver.label
    identity = nil
    rom = nil
    imageIndex = nil
    description =
      "\(path):\(driver.label): \(driver.format?.name ?? "damaged") "
      + "\(driver.machine?.name ?? "") \(driver.type.name)"
  }

  private init(
    rom file: [UInt8], path: String, stem: String, machine: Machine
  ) throws(DriverSourceError) {
    let rom: OptionROM
    do {
      rom = try OptionROM(parsing: file)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
    var failure: OptionROMError?
    for image in rom.images where image.efi?.machine == machine {
      let payload: OptionROM.Payload
      do {
        payload = try rom.payload(of: image.index)
      } catch {
        failure = failure ?? error
        continue
      }
      self.path = path
      bytes = payload.bytes
      name = stem
      identity = image.pci.map {
        OptionROM.Identity(
          vendorID: $0.vendorID, deviceID: $0.deviceID, classCode: $0.classCode)
      }
      self.rom = rom
      imageIndex = image.index
      description =
        "\(path): image \(image.index) at \(hex(image.offset)), \(machine.name) EFI, "
        + (payload.compression.map { "\($0.name)-compressed" } ?? "uncompressed")
      return
    }
    if let failure { throw .malformed(path: path, reason: failure.description) }
    let damage = rom.images.flatMap(\.problems).first { $0.isDamage }
    if let damage { throw .malformed(path: path, reason: damage.description) }
    throw .notFound(path: path, reason: "no \(machine.name) EFI image in this ROM")
  }

  /// A colon separates a file from a name in it, unless a file of the whole name exists.
  private static func splitFirmwareName(_ argument: String) -> (path: String, name: String)? {
    guard !FileManager.default.fileExists(atPath: argument),
      let colon = argument.lastIndex(of: ":")
    else { return nil }
    let path = String(argument[..<colon])
    let name = String(argument[argument.index(after: colon)...])
    return path.isEmpty || name.isEmpty ? nil : (path, name)
  }

  private static func stem(of path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }
}
