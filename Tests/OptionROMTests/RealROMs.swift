import Foundation
import OptionROM

/// ROMs that Debian packages install. Tests over them do nothing where they are absent.
enum RealROMs {
  static let ipxe = files(in: "/usr/lib/ipxe/qemu", suffix: ".rom")
  static let vga =
    files(in: "/usr/share/seabios", suffix: ".bin").filter { $0.contains("vgabios") }
    + files(in: "/usr/share/vgabios", suffix: ".bin")
  static let efi = ipxe.filter { $0.contains("/efi-") }
  static let all = ipxe + vga

  static func bytes(_ path: String) -> [UInt8] {
    [UInt8](FileManager.default.contents(atPath: path) ?? Data())
  }

  private static func files(in directory: String, suffix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { directory + "/" + $0 }
  }
}

/// A small generator with a fixed seed, so that a failure repeats.
struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
