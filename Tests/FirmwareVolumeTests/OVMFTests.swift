import FirmwareVolume
import Foundation
import OptionROM
import Testing

private let ovmfPath = "/usr/share/OVMF/OVMF_CODE_4M.fd"

/// Debian's ovmf: volumes in an LZMA section in a volume.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: ovmfPath)))
struct OVMFTests {
  private let bytes = [UInt8](FileManager.default.contents(atPath: ovmfPath) ?? Data())

  @Test func everyDriver() throws {
    let firmware = try FirmwareImage(parsing: bytes)
    let x64 = firmware.drivers.filter { $0.machine == .x64 && $0.format == .pe32Plus }
    #expect(x64.count == 110)
    #expect(firmware.problems.isEmpty)
  }

  @Test func byNameAndGUID() throws {
    let firmware = try FirmwareImage(parsing: bytes)
    let driver = try #require(firmware.driver(named: "qemuvideodxe"))
    #expect(driver.name == "QemuVideoDxe")
    #expect(driver.bytes.count == 16_896)
    #expect(firmware.driver(named: driver.guid.text.lowercased())?.name == "QemuVideoDxe")
    #expect(firmware.driver(named: "Shell")?.bytes.count == 876_672)
    #expect(firmware.driver(named: "NoSuchDxe") == nil)
  }

  @Test func damagedCopiesEnd() throws {
    var copy = bytes
    for round in 0..<60 {
      // Structures at the front, and the compressed stream behind them.
      let place =
        round % 2 == 0
        ? round * 8 + 1
        : round * 1_000_003 % bytes.count
      copy[place] ^= 0x5a
      _ = try? FirmwareImage(parsing: copy)
      copy[place] = bytes[place]
    }
    for part in 0..<40 {
      _ = try? FirmwareImage(parsing: [UInt8](bytes[0..<bytes.count * part / 40]))
    }
  }
}
