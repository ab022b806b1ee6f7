import FirmwareVolume
import Foundation
import OptionROM
import Translator

/// A small generator with a fixed seed, so that a failure repeats.
struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 8) % bound }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
}

/// Bytes to decode: random ones that look like instructions, and the code of real drivers.
struct ByteStreams {
  private let rows: [EncodingCatalog.Row]
  private var random: Generator

  init(seed: UInt64) {
    rows = (0..<EncodingCatalog.count).map(EncodingCatalog.row)
    random = Generator(state: seed)
  }

  /// Twenty bytes: mostly the spelling of a row with random fields, else noise.
  mutating func next(_ mode: ProcessorMode) -> [UInt8] {
    var bytes: [UInt8] = []
    if random.chance(85) { spell(random.pick(rows), mode, &bytes) }
    while bytes.count < 20 { bytes.append(UInt8(truncatingIfNeeded: random.next() >> 16)) }
    return bytes
  }

  private mutating func spell(
    _ row: EncodingCatalog.Row, _ mode: ProcessorMode, _ bytes: inout [UInt8]
  ) {
    if random.chance(20) {
      for _ in 0...random.below(3) {
        bytes.append(
          random.pick([0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF2, 0xF3, 0xF0]))
      }
    }
    if row.isVEX {
      spellVEX(row, mode, &bytes)
    } else {
      if let prefix = row.prefix, prefix != 0 { bytes.append([0, 0x66, 0xF3, 0xF2][Int(prefix)]) }
      if mode == .long64 && (row.w == true || random.chance(40)) {
        bytes.append(0x40 | UInt8(random.below(16)) | (row.w == true ? 8 : 0))
      }
      if row.map >= 1 { bytes.append(0x0F) }
      if row.map == 2 { bytes.append(0x38) }
      if row.map == 3 { bytes.append(0x3A) }
    }
    bytes.append(row.opcode | (row.spansRegisters ? UInt8(random.below(8)) : 0))
    guard row.hasModRM else { return }
    var modRM = UInt8(random.below(256))
    if let reg = row.reg { modRM = modRM & ~0x38 | reg << 3 }
    if let rm = row.rm { modRM = modRM & ~7 | rm }
    if let isRegister = row.isRegisterForm {
      modRM = isRegister ? modRM | 0xC0 : modRM & 0xC0 == 0xC0 ? modRM & 0x7F : modRM
    }
    bytes.append(modRM)
  }

  private mutating func spellVEX(
    _ row: EncodingCatalog.Row, _ mode: ProcessorMode, _ bytes: inout [UInt8]
  ) {
    let usesV = row.operands.contains(.Hx) || row.operands.contains(.By)
    let v = UInt8(usesV ? random.below(mode == .long64 ? 16 : 8) : random.chance(95) ? 0 : 1)
    let l = row.l ?? random.chance(50)
    let w = row.w ?? random.chance(30)
    let tail = (~v & 15) << 3 | (l ? 4 : 0) | (row.prefix ?? 0)
    if row.map == 1 && !w && random.chance(50) {
      bytes += [0xC5, (mode == .long64 && random.chance(50) ? 0 : 0x80) | tail]
    } else {
      let high = mode == .long64 ? UInt8(random.below(8)) << 5 : 0xE0
      bytes += [0xC4, high | row.map, (w ? 0x80 : 0) | tail]
    }
  }

  // MARK: Real code

  /// The code sections of the x86-64 images in Debian's iPXE ROMs and of OVMF's drivers; those that
  /// are installed.
  static func realCode() throws -> [[UInt8]] {
    let files = FileManager.default
    var sections: [[UInt8]] = []
    let directory = "/usr/lib/ipxe/qemu"
    for name in (try? files.contentsOfDirectory(atPath: directory).sorted()) ?? []
    where name.hasPrefix("efi-") {
      let rom = try OptionROM(
        parsing: [UInt8](files.contents(atPath: directory + "/" + name) ?? Data()))
      sections += try code(of: rom.payload(of: 1).bytes)
    }
    if let bytes = files.contents(atPath: "/usr/share/OVMF/OVMF_CODE_4M.fd") {
      for driver in try FirmwareImage(parsing: [UInt8](bytes)).drivers
      where driver.machine == .x64 && driver.format == .pe32Plus {
        sections += try code(of: driver.bytes)
      }
    }
    return sections
  }

  private static func code(of image: [UInt8]) throws -> [[UInt8]] {
    let pe = try PEImage(parsing: image)
    return pe.sections.filter { $0.isExecutable && $0.fileSize > 0 }.map {
      Array(image[$0.fileOffset..<min($0.fileOffset + $0.fileSize, image.count)])
    }
  }
}
