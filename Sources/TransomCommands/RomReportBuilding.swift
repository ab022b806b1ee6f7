import FirmwareVolume
import OptionROM
import Transom

extension FileReport {
  /// Reports on a file of any kind that holds drivers; the kind follows from its bytes.
  init(file: String, bytes: [UInt8], names: PCINames) throws(DriverSourceError) {
    self.file = file
    size = bytes.count
    sha256 = hexDigest(bytes)
    switch InputKind(of: bytes) {
    case .efi:
      kind = "efi"
      try addEFI(bytes)
    case .firmware:
      kind = "firmwareVolume"
      try addFirmware(bytes)
    case .rom:
      kind = "optionROM"
      try addROM(bytes, names: names)
    }
  }

  private mutating func addEFI(_ bytes: [UInt8]) throws(DriverSourceError) {
    let pe: PEImage
    do {
      pe = try PEImage(parsing: bytes)
    } catch {
      throw .malformed(path: file, reason: "image 0 at 0x0: \(error.message)")
    }
    var image = ImageReport(
      index: 0, offset: 0, size: bytes.count, type: pe.format.name, sha256: sha256)
    image.setDriver(pe)
    images = [image]
    switch pe.machine {
    case .aarch64:
      selection = SelectionReport(way: "native", image: 0, reason: "native aarch64 code")
    case .x64:
      selection = SelectionReport(
        way: "translated", image: 0, reason: "x64 code through Transom")
    default:
      selection = SelectionReport(
        way: "none", image: nil, reason: "\(pe.machine.name) code does not run on this host")
    }
  }

  private mutating func addFirmware(_ bytes: [UInt8]) throws(DriverSourceError) {
    let firmware: FirmwareImage
    do {
      firmware = try FirmwareImage(parsing: bytes)
    } catch {
      throw .malformed(path: file, reason: error.description)
    }
    for driver in firmware.drivers {
      var image = ImageReport(
        index: images.count, offset: driver.offset, size: driver.bytes.count,
        type: driver.type.name, sha256: hexDigest(driver.bytes))
      image.name = driver.label
      image.guid = driver.guid.text
      do {
        image.setDriver(try PEImage(parsing: driver.bytes))
      } catch {
        image.problems.append(error.message)
      }
      images.append(image)
    }
    problems = firmware.problems.map(\.description)
    isMalformed = !firmware.problems.isEmpty
  }

  private mutating func addROM(
    _ bytes: [UInt8], names: PCINames
  ) throws(DriverSourceError) {
    let rom: OptionROM
    do {
      rom = try OptionROM(parsing: bytes)
    } catch {
      throw .malformed(path: file, reason: error.description)
    }
    leadingBytes = rom.leadingBytes
    for image in rom.images {
      let report = ImageReport(image, of: rom, names: names, malformed: &isMalformed)
      problems += report.problems
      images.append(report)
    }
    let choice = ImageSelection(from: rom)
    selection = SelectionReport(
      way: choice.way.name, image: choice.image, reason: choice.reason)
  }
}

extension ImageReport {
  fileprivate mutating func setDriver(_ pe: PEImage) {
    driver = DriverReport(pe)
    machine = machine ?? pe.machine.name
    subsystem = subsystem ?? pe.subsystem.name
  }

  fileprivate init(
    _ image: OptionROM.Image, of rom: OptionROM, names: PCINames, malformed: inout Bool
  ) {
    self.init(
      index: image.index, offset: image.offset, size: image.size, type: image.codeType.name,
      sha256: hexDigest([UInt8](rom.bytes[image.offset..<image.end])))
    declaredSize = image.declaredSize
    codeType = Int(image.codeType.rawValue)
    last = image.isLast
    switch image.checksum {
    case .good: checksum = "good"
    case .bad: checksum = "bad"
    case .unknown: checksum = "unknown"
    }
    if let pci = image.pci {
      vendorID = hex(Int(pci.vendorID), digits: 4)
      deviceID = hex(Int(pci.deviceID), digits: 4)
      vendorName = names.vendor(pci.vendorID)
      deviceName = names.device(pci.vendorID, pci.deviceID)
      deviceList = pci.deviceList.map { hex(Int($0), digits: 4) }
      classCode = hex(Int(pci.classCode), digits: 6)
      className = names.deviceClass(pci.classCode)
      pcirRevision = Int(pci.revision)
    }
    var trouble = image.problems
    if let header = image.efi {
      machine = header.machine.name
      subsystem = header.subsystem.name
      switch header.compressionType {
      case 0: compression = "none"
      case 1: compression = "uefi"
      default: compression = "unknown"
      }
      do {
        let payload = try rom.payload(of: image.index)
        compression = payload.compression?.name ?? "none"
        do {
          setDriver(try PEImage(parsing: payload.bytes))
        } catch {
          trouble.append(
            OptionROMError(
              image: image.index, offset: image.offset + Int(header.imageOffset),
              reason: .notADriver(error)))
        }
      } catch {
        if !trouble.contains(error) { trouble.append(error) }
      }
    }
    problems = trouble.map(\.description)
    malformed = malformed || trouble.contains { $0.isDamage }
  }
}

extension ImageSelection.Way {
  fileprivate var name: String {
    switch self {
    case .native: "native"
    case .translated: "translated"
    case .none: "none"
    }
  }
}
