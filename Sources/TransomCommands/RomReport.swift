import Crypto
import FirmwareVolume
import Foundation
import OptionROM
import Transom

/// What `transom info` knows about a file. The JSON form is this structure.
struct FileReport: Encodable {
  var file: String
  var size: Int
  /// `optionROM`, `efi` or `firmwareVolume`.
  var kind: String
  var sha256: String
  /// Bytes in front of a ROM's first image.
  var leadingBytes: Int?
  var images: [ImageReport] = []
  var selection: SelectionReport?
  var problems: [String] = []

  /// Whether any problem means malformed input rather than something merely unusual.
  var isMalformed = false

  private enum CodingKeys: CodingKey {
    case file, size, kind, sha256, leadingBytes, images, selection, problems
  }
}

struct SelectionReport: Encodable {
  /// `native`, `translated` or `none`.
  var way: String
  var image: Int?
  var reason: String
}

struct ImageReport: Encodable {
  var index: Int
  /// Bytes from the file's beginning; for a file out of a compressed section, that section's.
  var offset: Int
  var size: Int
  var declaredSize: Int?
  var type: String
  var codeType: Int?
  var name: String?
  var guid: String?
  var vendorID: String?
  var deviceID: String?
  var vendorName: String?
  var deviceName: String?
  var deviceList: [String]?
  var classCode: String?
  var className: String?
  var pcirRevision: Int?
  var last: Bool?
  /// `good`, `bad` or `unknown`.
  var checksum: String?
  /// Of the image as it stands in the file.
  var sha256: String
  /// Machine and subsystem as the EFI header, or else the driver, names them.
  var machine: String?
  var subsystem: String?
  /// `none`, `uefi` or `tiano`; of an EFI header only.
  var compression: String?
  var driver: DriverReport?
  var problems: [String] = []
}

/// The PE or TE file in an image.
struct DriverReport: Encodable {
  var format: String
  var machine: String
  var subsystem: String
  var size: Int
  /// Of the PE or TE file, decompressed.
  var sha256: String
  var entryPoint: String
  var imageBase: String
  var sizeOfImage: Int
  var sectionAlignment: Int
  var signed: Bool
  var pdbName: String?
  var sections: [SectionReport]

  struct SectionReport: Encodable {
    var name: String
    var address: String
    var size: Int
    var fileSize: Int
  }

  init(_ pe: PEImage) {
    format = pe.format.name
    machine = pe.machine.name
    subsystem = pe.subsystem.name
    size = pe.bytes.count
    sha256 = hexDigest(pe.bytes)
    entryPoint = hex(Int(pe.entryPoint))
    imageBase = hex(pe.imageBase)
    sizeOfImage = Int(pe.sizeOfImage)
    sectionAlignment = Int(pe.sectionAlignment)
    signed = pe.certificates != nil
    pdbName = pe.pdbName
    sections = pe.sections.map {
      SectionReport(
        name: $0.name, address: hex(Int($0.address)), size: Int($0.size), fileSize: $0.fileSize)
    }
  }
}

/// SHA-256 in lower-case hexadecimal.
func hexDigest(_ bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { bareHex(UInt64($0), digits: 2) }.joined()
}
