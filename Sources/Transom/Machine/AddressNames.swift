import CUEFI
import SimulatedFirmware
import Trace

/// Names for addresses that turn up in traces and reports: services, functions of protocols that
/// drivers installed, images.
final class AddressNames {
  private let firmware: Firmware
  private var functions: [UInt64: String] = [:]

  init(firmware: Firmware) { self.firmware = firmware }

  func name(_ address: UInt64) -> String? {
    if let service = firmware.code.name(of: address) { return service }
    if let function = functions[address] { return function }
    return firmware.images.image(at: address).map { $0.name + "+0x" + String($0.offset, radix: 16) }
  }

  /// The function's name if it belongs to a protocol that was learned.
  func function(_ address: UInt64) -> String? { functions[address] }

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
