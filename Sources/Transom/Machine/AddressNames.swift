import CUEFI
import SimulatedFirmware
import Trace

/// Names for addresses that turn up in traces and reports: services, functions of protocols that
/// drivers installed, images.
final class AddressNames {
  private let firmware: Firmware
  private var functions: [UInt64: String] = [:]
  private var images: [(base: UInt64, size: UInt64, name: String)] = []

  init(firmware: Firmware) { self.firmware = firmware }

  func name(_ address: UInt64) -> String? {
    if let service = firmware.code.name(of: address) { return service }
    if let function = functions[address] { return function }
    for image in images where address >= image.base && address - image.base < image.size {
      return image.name + "+0x" + String(address - image.base, radix: 16)
    }
    return nil
  }

  /// The function's name if it belongs to a protocol that was learned.
  func function(_ address: UInt64) -> String? { functions[address] }

  func add(image name: String, base: UInt64, size: UInt64) { images.append((base, size, name)) }

  /// Learns the functions of protocols that drivers installed, from the protocol database.
  func learn(_ guid: EFI_GUID, as group: String) {
    for handle in firmware.protocols.handles(with: guid) {
      guard let interface = firmware.protocols.interface(guid, on: handle) else { continue }
      let base = UInt64(UInt(bitPattern: interface))
      for (index, member) in Signatures.builtIn.members(of: group).enumerated() {
        guard let bytes = GuestBytes.read(base &+ UInt64(8 * index), 8) else { break }
        let address = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        if !firmware.code.range.contains(address) { functions[address] = "\(group).\(member)" }
      }
    }
  }
}
