import CUEFI
import SimulatedFirmware
import Trace

/// Names for what turns up in traces and reports: services, functions of protocols that drivers
/// installed, images, handles, devices.
final class AddressNames {
  private let firmware: Firmware
  private let signatures: Signatures
  private let guids: GUIDNames
  var bus: PCIBus?
  private var functions: [UInt64: String] = [:]
  private var handleNumbers: [UInt64: Int] = [:]

  init(firmware: Firmware, signatures: Signatures) {
    self.firmware = firmware
    self.signatures = signatures
    var guids = GUIDNames.wellKnown
    guids.add(signatures.guids)
    self.guids = guids
  }

  func name(_ address: UInt64) -> String? {
    if let service = firmware.code.name(of: address) { return service }
    if let function = functions[address] { return function }
    return firmware.images.image(at: address).map { $0.name + "+0x" + String($0.offset, radix: 16) }
  }

  func name(of guid: EFI_GUID) -> String {
    guids.name(GUIDValue(low: guid.words.0, high: guid.words.1))
  }

  /// The function's name if it is a service or belongs to a protocol that was learned.
  func function(_ address: UInt64) -> String? {
    firmware.code.name(of: address) ?? functions[address]
  }

  /// Learns the functions of all protocols that drivers installed and whose layout the tables have,
  /// and of those they gave the firmware otherwise.
  func learn(_ address: UInt64) {
    for handle in firmware.protocols.handles {
      for guid in firmware.protocols.protocols(on: handle) { learn(guid, on: handle) }
    }
    guard address != 0, functions[address] == nil, !firmware.code.range.contains(address) else {
      return
    }
    switch firmware.role(of: address) {
    case .entryPoint: functions[address] = "Function.EntryPoint"
    case .unload: functions[address] = "Function.Unload"
    case .notify: functions[address] = "Function.Notify"
    case nil: break
    }
  }

  private func learn(_ guid: EFI_GUID, on handle: EFI_HANDLE) {
    guard let group = guids.knownName(GUIDValue(low: guid.words.0, high: guid.words.1)),
      let interface = firmware.protocols.interface(guid, on: handle)
    else { return }
    let base = UInt64(UInt(bitPattern: interface))
    for member in signatures.layout(of: group) {
      var address: UInt64 = 0
      guard GuestBytes.read(base &+ member.offset, into: &address, 8) else { break }
      if address != 0, !firmware.code.range.contains(address) {
        functions[address] = "\(group).\(member.name)"
      }
    }
  }

  /// Forgets functions in an image that goes: another may come to lie there.
  func forget(_ image: Range<UInt64>) {
    functions = functions.filter { !image.contains($0.key) }
  }

  /// Handles count from 1 in the order they were made.
  func number(ofHandle handle: UInt64) -> Int? {
    if let known = handleNumbers[handle] { return known }
    for made in firmware.protocols.handles {
      let address = UInt64(UInt(bitPattern: made))
      if handleNumbers[address] == nil { handleNumbers[address] = handleNumbers.count + 1 }
    }
    return handleNumbers[handle]
  }

  /// What traces ask.
  func traceEnvironment() -> TraceEnvironment {
    var environment = TraceEnvironment()
    environment.read = { GuestBytes.read($0, into: $1, $2) }
    environment.function = { [unowned self] in function($0) }
    environment.learn = { [unowned self] in learn($0) }
    environment.image = { [unowned self] address in
      firmware.images.placement(at: address).map {
        TracedImage(name: $0.name, base: $0.base, size: $0.size)
      }
    }
    environment.handle = { [unowned self] in number(ofHandle: $0) }
    environment.path = { Self.path(at: $0) }
    environment.instance = { [unowned self] group, this in instance(group, this) }
    // Where Linux puts programs, libraries and stacks; nothing of the machine is there.
    environment.isHostAddress = { (0x5000_0000_0000..<0x1_0000_0000_0000).contains($0) }
    return environment
  }

  private func instance(_ group: String, _ this: UInt64) -> String? {
    switch group {
    case "PciIo": bus?.location(ofPciIo: this)?.short
    case "Function":
      firmware.images.image(at: this).map { $0.name + "+0x" + String($0.offset, radix: 16) }
    default: nil
    }
  }

  /// The path's text; the guest may point anywhere.
  private static func path(at address: UInt64) -> String? {
    var bytes: [UInt8] = []
    while bytes.count < 1 << 16 {
      let node = address &+ UInt64(bytes.count)
      guard let head = GuestBytes.read(node, 4) else { return nil }
      let length = Int(head[2]) | Int(head[3]) << 8
      guard length >= 4, let whole = GuestBytes.read(node, length) else { return nil }
      bytes += whole
      if head[0] & 0x7F == 0x7F, head[1] == 0xFF {
        let text = (try? DevicePath(bytes: bytes))?.text
        return text.map { $0.isEmpty ? "End" : $0 }
      }
    }
    return nil
  }
}

extension PCILocation {
  /// As "00:01.0", with the segment in front where it is not 0.
  var short: String {
    segment == 0 ? String(description.dropFirst(5)) : description
  }
}
