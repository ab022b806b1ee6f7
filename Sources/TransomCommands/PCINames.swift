import Foundation
import OptionROM

/// Names of vendors, devices and classes from pci.ids, where that is installed.
struct PCINames {
  private var vendors: [UInt16: String] = [:]
  private var devices: [UInt32: String] = [:]
  private var classes: [UInt32: String] = [:]

  /// Reads the first pci.ids there is; without one, nothing has a name.
  init(paths: [String] = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"]) {
    for path in paths {
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      parse(data)
      return
    }
  }

  func vendor(_ id: UInt16) -> String? { vendors[id] }

  func device(_ vendor: UInt16, _ device: UInt16) -> String? {
    devices[UInt32(vendor) << 16 | UInt32(device)]
  }

  /// The subclass's name, or else the base class's.
  func deviceClass(_ code: UInt32) -> String? {
    classes[code >> 8] ?? classes[0x1_0000 | code >> 16]
  }

  private mutating func parse(_ data: Data) {
    var vendor: UInt16?
    var baseClass: UInt32?
    for line in data.split(separator: 0x0a) {
      let tabs = line.prefix { $0 == 0x09 }.count
      guard tabs < 2, let first = line.dropFirst(tabs).first, first != 0x23 else { continue }
      let text = line.dropFirst(tabs)
      if tabs == 0 {
        vendor = nil
        baseClass = nil
        if first == 0x43, text.dropFirst().first == 0x20 {  // "C "
          baseClass = PCINames.number(text.dropFirst(2), digits: 2)
          if let baseClass { classes[0x1_0000 | baseClass] = PCINames.name(text.dropFirst(2), 2) }
        } else if let id = PCINames.number(text, digits: 4) {
          vendor = UInt16(id)
          vendors[UInt16(id)] = PCINames.name(text, 4)
        }
      } else if let vendor, let id = PCINames.number(text, digits: 4) {
        devices[UInt32(vendor) << 16 | id] = PCINames.name(text, 4)
      } else if let baseClass, let id = PCINames.number(text, digits: 2) {
        classes[baseClass << 8 | id] = PCINames.name(text, 2)
      }
    }
  }

  private static func number(_ text: Data.SubSequence, digits: Int) -> UInt32? {
    guard text.count > digits else { return nil }
    return UInt32(String(decoding: text.prefix(digits), as: UTF8.self), radix: 16)
  }

  private static func name(_ text: Data.SubSequence, _ digits: Int) -> String {
    String(decoding: text.dropFirst(digits), as: UTF8.self)
      .trimmingCharacters(in: .whitespaces)
  }
}
